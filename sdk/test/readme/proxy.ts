// [snippet: proxy]
import { createProxy } from 'doorward/next/proxy'

export default createProxy({ public: ['/', '/about'] })
// [/snippet]
