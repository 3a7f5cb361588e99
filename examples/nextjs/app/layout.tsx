import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Header } from './header'
import { Providers } from './providers'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Notes', template: '%s · Notes' },
  description: 'Notes that only their owners see. Sign-in by Doorward.',
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>
          <a className="skip" href="#main">
            Skip to the content
          </a>
          <Header />
          <main id="main">{children}</main>
        </Providers>
      </body>
    </html>
  )
}
