const marker: unique symbol = Symbol.for('gyre.error')

/**
 * Errors that a user can cause and mend. Their message is one sentence: what was expected, what came, and where.
 * The marker lets a program tell them from bugs even when two copies of a package are installed.
 */
export class GyreError extends Error {
  readonly [marker] = true

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Shapes that do not fit. */
export class ShapeError extends GyreError {}

/** A row number, class or position outside what it indexes. */
export class IndexError extends GyreError {}

/** An option with a value that an operation does not take. */
export class OptionError extends GyreError {}

/** A dtype that an operation does not take. */
export class DTypeError extends GyreError {}

/** A backend that cannot do what was asked, or tensors of two backends in one operation. */
export class BackendError extends GyreError {}

/** A tensor used after the scope that owned it ended, or scopes that do not nest. */
export class ScopeError extends GyreError {}

/** A value read while only shapes are known. */
export class TraceError extends GyreError {}

/** A parameter that cannot be made: its numbers are random and nobody gave it a seed. */
export class ParameterError extends GyreError {}

/** A derivative that does not exist. */
export class GradientError extends GyreError {}

/** Whether `error` is one of Gyre's expected errors, from whichever copy of whichever package. */
export function isGyreError(error: unknown): error is Error {
  return error instanceof Error && (error as { [marker]?: unknown })[marker] === true
}
