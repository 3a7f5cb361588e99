// [snippet: config]
import { withDoorward } from 'doorward/next/config'

export default withDoorward({ reactStrictMode: true })
// [/snippet]
