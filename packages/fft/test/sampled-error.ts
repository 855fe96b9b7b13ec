import { writeUnitRoot } from '../src/unit-root.js'

/**
 * The relative error of the spectrum X of x, estimated from a few of its bins. Each is summed by the
 * definition, which takes n steps a bin, with Neumaier's compensation: right to about one rounding however long the
 * sum. By Parseval's theorem a bin has the size ‖x‖ on average.
 */
export function sampledError(X: ArrayLike<number>, x: Float64Array, samples: number): number {
  const n = x.length / 2
  const roots = new Float64Array(2 * n)
  for (let k = 0; k < n; k++) writeUnitRoot(roots, 2 * k, k, n)
  let squares = 0
  for (let sample = 0; sample < samples; sample++) {
    // The golden ratio spreads the bins and avoids the round ones, which are more accurate than the rest.
    const k = Math.floor(n * ((sample * 0.6180339887498949 + 0.1) % 1))
    const re = new CompensatedSum()
    const im = new CompensatedSum()
    let root = 0
    for (let j = 0; j < n; j++) {
      re.add(x[2 * j]! * roots[2 * root]!)
      re.add(-x[2 * j + 1]! * roots[2 * root + 1]!)
      im.add(x[2 * j]! * roots[2 * root + 1]!)
      im.add(x[2 * j + 1]! * roots[2 * root]!)
      root = root + k < n ? root + k : root + k - n
    }
    squares += re.distanceTo(X[2 * k]!) ** 2 + im.distanceTo(X[2 * k + 1]!) ** 2
  }
  const size = x.reduce((sum, part) => sum + part * part, 0)
  return Math.sqrt(squares / samples / size)
}

/** A sum that also keeps what each addition rounds away. */
class CompensatedSum {
  #sum = 0
  #lost = 0

  add(term: number): void {
    const sum = this.#sum + term
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - sum + term : term - sum + this.#sum
    this.#sum = sum
  }

  distanceTo(value: number): number {
    return value - this.#sum - this.#lost
  }
}
