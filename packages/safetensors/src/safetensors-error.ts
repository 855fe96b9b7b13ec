const marker: unique symbol = Symbol.for('gyre.error')

/** A file that is not valid safetensors, or a tensor that it does not have. The message names file and place. */
export class SafetensorsError extends Error {
  readonly [marker] = true

  constructor(message: string) {
    super(message)
    this.name = 'SafetensorsError'
  }
}
