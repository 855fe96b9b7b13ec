import { hashedIntegers } from './inputs.js'
import type { ModelSpec } from './models.js'

/** Steps go around so many batches, so that none is learned by heart within a measurement. */
export const batchCount = 8

/** Ids below it mean padding and the like in both models' vocabularies. */
const firstToken = 3

/** Token ids of a batch, `[batch, length]`. */
export function batchIds({ batch, length, vocabulary }: ModelSpec, index: number): Int32Array {
  return hashedIntegers(100 + index, batch * length, firstToken, vocabulary)
}

/** The class of each sequence, for an encoder. A decoder learns the ids themselves. */
export function batchClasses({ batch }: ModelSpec, index: number): Int32Array {
  return hashedIntegers(200 + index, batch, 0, 2)
}

export function promptIds({ vocabulary }: ModelSpec, length: number): Int32Array {
  return hashedIntegers(300, length, firstToken, vocabulary)
}
