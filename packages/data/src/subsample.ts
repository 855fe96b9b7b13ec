import { Rng } from '@gyre/tensor'
import { DataError } from './data-error.js'

/** `count` of the examples, drawn at random. With the same seed a smaller draw is part of a larger one. */
export function subsample<T>(examples: readonly T[], count: number, seed: number): T[] {
  if (!Number.isInteger(count) || count < 0 || count > examples.length) {
    throw new DataError(`cannot draw ${count} examples from ${examples.length}`)
  }
  const order = new Rng(seed).child('subsample').permutation(examples.length)
  return Array.from(order.subarray(0, count), (index) => examples[index]!)
}
