import type { Measurement } from './measure.js'

/** Benchmarks that belong together. In each work, the first measurement is what the others are compared with. */
export interface Suite {
  readonly name: string
  readonly description: string
  run(quick: boolean): Promise<Measurement[]>
}

/** Throws unless two results of the same work agree: what is wrong is not timed. */
export function checkEqual(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: the results differ in length: ${actual.length} and ${expected.length}`)
  }
  let error = 0
  let size = 0
  for (let i = 0; i < expected.length; i++) {
    error += (actual[i]! - expected[i]!) ** 2
    size += expected[i]! ** 2
  }
  // Written so that NaN fails.
  const relative = Math.sqrt(error / size)
  if (!(relative < 1e-5)) {
    throw new Error(`${what}: the results differ by ${relative} of their size; nothing was timed`)
  }
}
