import { readFileSync } from 'node:fs'

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema: { pattern?: string; examples?: string[] }
}

interface Operation {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { description: string; 'x-problem-codes'?: string[] }>
}

interface Contract {
  paths: Record<string, Record<string, Operation>>
}

/** The service's contract, read without any code of ours. */
export const contract = JSON.parse(
  readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8'),
) as Contract

/** Every operation with the method's name, its path and its parameters in paths. */
export const everyOperation = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: operation.operationId
      .split('_')
      .map((word, at) => (at ? word.charAt(0).toUpperCase() + word.slice(1) : word))
      .join(''),
    method: method.toUpperCase(),
    path,
    operation,
    ids: (operation.parameters ?? []).filter((parameter) => parameter.in === 'path'),
  })),
)
