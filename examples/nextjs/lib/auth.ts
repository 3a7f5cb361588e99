// [snippet: auth]
import { createAuth } from 'doorward/next'

/** Where Doorward is comes from `DOORWARD_URL`; beside `cargo run` nothing has to be set. */
export const { handlers, auth } = createAuth()
// [/snippet]
