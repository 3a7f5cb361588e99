// [snippet: openapi]
import type { components, OperationProblemCodes } from 'doorward/openapi'

export type User = components['schemas']['User']
export type SignUpFailure = OperationProblemCodes['sign_up']
// [/snippet]
