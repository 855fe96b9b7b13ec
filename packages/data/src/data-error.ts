const marker: unique symbol = Symbol.for('gyre.error')

/** Data that cannot be used. The message names the file, and the line where there is one. */
export class DataError extends Error {
  readonly [marker] = true

  constructor(message: string) {
    super(message)
    this.name = 'DataError'
  }
}
