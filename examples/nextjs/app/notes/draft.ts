const KEY = 'notes:draft'

/** Keeps what stands in a form, in this tab alone, until it is taken or dropped. */
export function keepDraft(owner: string, form: HTMLFormElement): void {
  const fields = Object.fromEntries(new FormData(form))
  sessionStorage.setItem(KEY, JSON.stringify({ owner, fields }))
}

/** Fills a form with what was kept; false if there was nothing, or something of somebody else. */
export function takeDraft(owner: string, form: HTMLFormElement): boolean {
  const draft = sessionStorage.getItem(KEY)
  dropDraft()
  if (!draft) return false
  const kept: { owner: string; fields: Record<string, unknown> } = JSON.parse(draft)
  if (kept.owner !== owner) return false
  for (const [name, value] of Object.entries(kept.fields)) {
    const field = form.elements.namedItem(name)
    const isText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
    if (isText && field.type !== 'hidden' && typeof value === 'string') field.value = value
  }
  return true
}

export function dropDraft(): void {
  sessionStorage.removeItem(KEY)
}
