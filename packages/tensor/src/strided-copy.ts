import type { Data } from './dtype.js'

/**
 * Copies a box of `shape` between two tensors, each walked with its own strides (in elements) from its own first
 * element. Complex elements are pairs.
 */
export function copyStrided(
  from: Data,
  fromStart: number,
  fromStrides: readonly number[],
  to: Data,
  toStart: number,
  toStrides: readonly number[],
  shape: readonly number[],
  complex: boolean,
): void {
  const rank = shape.length
  const inner = rank === 0 ? 1 : shape[rank - 1]!
  const fromStep = rank === 0 ? 0 : fromStrides[rank - 1]!
  const toStep = rank === 0 ? 0 : toStrides[rank - 1]!
  if (shape.includes(0)) return
  const index = new Array<number>(rank).fill(0)
  let a = fromStart
  let b = toStart
  for (;;) {
    if (complex) {
      for (let i = 0; i < inner; i++) {
        to[2 * (b + i * toStep)] = from[2 * (a + i * fromStep)]!
        to[2 * (b + i * toStep) + 1] = from[2 * (a + i * fromStep) + 1]!
      }
    } else {
      for (let i = 0; i < inner; i++) to[b + i * toStep] = from[a + i * fromStep]!
    }
    // Advance the outer axes like an odometer.
    let axis = rank - 2
    for (; axis >= 0; axis--) {
      a += fromStrides[axis]!
      b += toStrides[axis]!
      if (++index[axis]! < shape[axis]!) break
      a -= fromStrides[axis]! * shape[axis]!
      b -= toStrides[axis]! * shape[axis]!
      index[axis] = 0
    }
    if (axis < 0) return
  }
}
