// [snippet: handlers]
import { handlers } from '@/lib/auth'

export const { GET, POST, PUT, PATCH, DELETE } = handlers
// [/snippet]
