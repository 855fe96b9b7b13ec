import { type DataOf, mapTensors, scope, type Tensor, type TensorRecord } from '@gyre/tensor'
import { effect, type ReadonlySignal, signal } from '@preact/signals'
import { type PictureBackend, pictureBackend } from './backend.js'

/** Tensors by name, and their numbers by the same names. */
export type NumbersOf<Tensors> = {
  readonly [Name in keyof Tensors]: Tensors[Name] extends Tensor<infer _S, infer D>
    ? DataOf[D]
    : Tensors[Name] extends readonly Tensor<infer _S, infer D>[]
      ? readonly DataOf[D][]
      : never
}

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `body` after everything that was asked for before it, so that the backend changes between two computations and
 * never in one, and so that the scopes of two computations do not overlap.
 */
export function inTurn<T>(body: () => T | Promise<T>): Promise<T> {
  const result = last.then(body)
  last = result.catch(() => {}) // whoever asked is told
  return result
}

/**
 * The numbers of the tensors that `compute` makes when its turn comes, on the pictures' backend, whose memory they are
 * given back to afterwards. What has to outlive a computation is a parameter or numbers.
 */
export function computeNumbers<Tensors extends TensorRecord>(
  compute: () => Tensors,
): Promise<NumbersOf<Tensors>> {
  return inTurn(() =>
    scope(async () => {
      const numbers = Object.entries(mapTensors(compute(), (tensor) => tensor.data()))
      const read = numbers.map(async ([name, value]) => [
        name,
        await (Array.isArray(value) ? Promise.all(value) : value),
      ])
      return Object.fromEntries(await Promise.all(read)) as NumbersOf<Tensors>
    }),
  )
}

/** What a picture shows: the numbers, with what they were computed from and on. */
export interface Computed<Input, Tensors> {
  readonly input: Input
  readonly numbers: NumbersOf<Tensors>
  readonly on: PictureBackend
}

export interface Computation<Input, Tensors> {
  /** The last that was computed, also while the next one is on its way; undefined before the first, and after a failure. */
  readonly computed: ReadonlySignal<Computed<Input, Tensors> | undefined>
  /** Why there are no numbers. */
  readonly problem: ReadonlySignal<string | undefined>
  end(): void
}

/**
 * Computes again whenever the input or the backend changes, as often as there is time for: inputs that another one has
 * overtaken are left out, and a backend's result is not shown once there is another backend.
 */
export function computeWhenever<Input, Tensors extends TensorRecord>(
  input: ReadonlySignal<Input>,
  compute: (input: Input) => Tensors,
): Computation<Input, Tensors> {
  const computed = signal<Computed<Input, Tensors> | undefined>(undefined)
  const problem = signal<string | undefined>(undefined)
  let waiting = false
  let ended = false

  const computeLatest = async (): Promise<void> => {
    let on: PictureBackend | undefined
    let taken: Input | undefined
    const isCurrent = (): boolean => !ended && on === pictureBackend.peek()
    try {
      const numbers = await computeNumbers(() => {
        waiting = false
        on = pictureBackend.peek()
        taken = input.peek()
        return compute(taken)
      })
      if (!isCurrent()) return
      computed.value = { input: taken as Input, numbers, on: on! }
      problem.value = undefined
    } catch (error) {
      // A device that was lost is another backend in a moment, and then this is computed there.
      if (on?.lost !== undefined) await Promise.race([on.lost, new Promise((resolve) => setTimeout(resolve))])
      if (!isCurrent()) return
      computed.value = undefined
      problem.value = (error as Error).message
    }
  }

  const stop = effect(() => {
    input.value
    if (pictureBackend.value === undefined || waiting) return
    waiting = true
    void computeLatest()
  })
  return {
    computed,
    problem,
    end() {
      ended = true
      stop()
    },
  }
}
