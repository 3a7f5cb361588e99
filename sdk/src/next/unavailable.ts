/**
 * The service can't be asked, so nobody knows who is calling. It is thrown and never taken for
 * "not signed in": the page shows its error, nothing is given out.
 */
export class DoorwardUnavailable extends Error {
  override readonly name = 'DoorwardUnavailable'

  constructor(reason = 'the service does not answer', options?: ErrorOptions) {
    super(`doorward: ${reason}`, options)
  }
}

/** Says in the app's log why it answers with 503. */
export function report(error: Error): void {
  // biome-ignore lint/suspicious/noConsole: the app's log is what Next.js makes of the console
  console.error(error.message)
}
