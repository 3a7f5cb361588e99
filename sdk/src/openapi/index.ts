/**
 * The service's contract as types, generated from its OpenAPI document.
 *
 * @module
 */
export type { OperationProblemCodes } from './codes.js'
export type { components, operations, paths } from './schema.js'
