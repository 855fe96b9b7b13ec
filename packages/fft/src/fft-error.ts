const marker = Symbol.for('gyre.error')

/** A length, a batch or a transform size that does not fit: says what was expected and what came. */
export class FftLengthError extends RangeError {
  override readonly name = 'FftLengthError'
  readonly [marker] = true
}

/** An array or option of the wrong kind: says what was expected and what came. */
export class FftTypeError extends TypeError {
  override readonly name = 'FftTypeError'
  readonly [marker] = true
}

/** No GPU can be had here: says which of WebGPU, its driver and its adapter is missing. */
export class GpuUnavailableError extends Error {
  override readonly name = 'GpuUnavailableError'
  readonly [marker] = true
}
