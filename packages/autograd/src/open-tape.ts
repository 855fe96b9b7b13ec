import {
  GradientError,
  type Parameter,
  type ParameterAccess,
  type Tensor,
  withParameterAccess,
} from '@gyre/tensor'
import { Tape } from './tape.js'

// The tape whose function is running. That code is synchronous, so nobody else's `await` can see this.
let innermost: Tape | undefined

/** The tape whose function is running, if any. */
export function openTape(): Tape | undefined {
  return innermost
}

/** Runs synchronous code with `tape` as the open one. */
export function withOpenTape<T>(tape: Tape | undefined, body: () => T): T {
  const outer = innermost
  innermost = tape
  try {
    return body()
  } finally {
    innermost = outer
  }
}

/** The tensors under which a tape tracks parameters, each parameter once however often it is read. */
export class TrackedParameters {
  readonly #tape: Tape
  readonly #wanted: ReadonlySet<Parameter>
  readonly #tracked = new Map<Parameter, Tensor>()

  constructor(tape: Tape, wanted: Iterable<Parameter>) {
    this.#tape = tape
    this.#wanted = new Set(wanted)
  }

  /** The tape's tensor for a parameter; undefined when nobody read it. */
  get(parameter: Parameter): Tensor | undefined {
    return this.#tracked.get(parameter)
  }

  /** Runs `body` so that reading a wanted parameter gives its tracked tensor. */
  run<T>(body: () => T): T {
    const access = (outer: ParameterAccess): ParameterAccess => ({
      read: (parameter) => {
        if (!this.#wanted.has(parameter)) return outer.read(parameter)
        let tracked = this.#tracked.get(parameter)
        if (!tracked) {
          tracked = this.#tape.track(outer.read(parameter))
          this.#tracked.set(parameter, tracked)
        }
        return tracked
      },
      write: () => {
        throw new GradientError(
          'a parameter cannot be assigned inside a function that is being differentiated',
        )
      },
    })
    return withParameterAccess(access, () => withOpenTape(this.#tape, body))
  }
}

/** A new tape that tracks `parameters` while `body` runs. */
export function recordOnTape<T>(
  parameters: Iterable<Parameter>,
  body: (tape: Tape) => T,
): { readonly tape: Tape; readonly tracked: TrackedParameters; readonly result: T } {
  const tape = new Tape()
  const tracked = new TrackedParameters(tape, parameters)
  return { tape, tracked, result: tracked.run(() => body(tape)) }
}
