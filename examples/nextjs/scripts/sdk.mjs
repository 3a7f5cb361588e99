// Builds the package `doorward` of this repository and packs it where package.json looks for it.
//
// Outside of this repository none of this is needed: there it is `npm install doorward`.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const sdk = fileURLToPath(new URL('../../../sdk/', import.meta.url))
const vendor = fileURLToPath(new URL('../vendor/', import.meta.url))

const npm = (...words) => execFileSync('npm', words, { cwd: sdk, stdio: ['ignore', 2, 2] })

if (!existsSync(`${sdk}node_modules`)) npm('ci', '--ignore-scripts', '--no-audit', '--no-fund')
npm('run', 'build')
rmSync(vendor, { recursive: true, force: true })
mkdirSync(vendor)
npm('pack', '--ignore-scripts', '--pack-destination', vendor)
const [packed] = readdirSync(vendor)
renameSync(vendor + packed, `${vendor}doorward.tgz`)
