/** The text of each generated file, by its path in the package. */
export function generate(): Promise<Record<string, string>>
