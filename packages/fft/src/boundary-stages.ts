/**
 * The first and the last stage of a transform: they stand between the caller's arrays, of either precision, and
 * the transform's own float64 ones. Where the length allows, they do a radix-4 stage on the way (as in
 * butterflies/radix-4.ts), which saves two passes over the numbers; otherwise they copy ("radix 1").
 *
 * The inverse needs no stages of its own. Let s swap the two parts of each number, s(a + ib) = b + ia. Then
 * inverse(X) = s(forward(s(X))) / n, so it is enough to read and write each pair in the other order.
 */

import type { RealArray } from './precision.js'
import type { WorkArray } from './work-array.js'

/** Copies one row of `n` complex numbers from `source`, starting at number `at`, into `target`. */
export function enter1(source: RealArray, at: number, swap: boolean, target: WorkArray, n: number): void {
  const part = swap ? -1 : 1
  let from = swap ? at + 1 : at
  for (let to = 0; to < 2 * n; from += 2, to += 2) {
    target[to] = source[from]!
    target[to + 1] = source[from + part]!
  }
}

/** The radix-4 stage with stride 1, read from `source`, starting at number `at`. */
export function enter4(
  source: RealArray,
  at: number,
  swap: boolean,
  target: WorkArray,
  blocks: number,
  twiddles: WorkArray,
): void {
  const part = swap ? -1 : 1
  const jump = 2 * blocks
  let from = swap ? at + 1 : at
  let to = 0
  for (let w = 0; w < 6 * blocks; w += 6) {
    const aRe = source[from]!
    const aIm = source[from + part]!
    const bRe = source[from + jump]!
    const bIm = source[from + jump + part]!
    const cRe = source[from + 2 * jump]!
    const cIm = source[from + 2 * jump + part]!
    const dRe = source[from + 3 * jump]!
    const dIm = source[from + 3 * jump + part]!
    const acSumRe = aRe + cRe
    const acSumIm = aIm + cIm
    const acRe = aRe - cRe
    const acIm = aIm - cIm
    const bdSumRe = bRe + dRe
    const bdSumIm = bIm + dIm
    // −i · (b − d)
    const turnRe = bIm - dIm
    const turnIm = dRe - bRe
    const y1Re = acRe + turnRe
    const y1Im = acIm + turnIm
    const y2Re = acSumRe - bdSumRe
    const y2Im = acSumIm - bdSumIm
    const y3Re = acRe - turnRe
    const y3Im = acIm - turnIm
    const w1Re = twiddles[w]!
    const w1Im = twiddles[w + 1]!
    const w2Re = twiddles[w + 2]!
    const w2Im = twiddles[w + 3]!
    const w3Re = twiddles[w + 4]!
    const w3Im = twiddles[w + 5]!
    target[to] = acSumRe + bdSumRe
    target[to + 1] = acSumIm + bdSumIm
    target[to + 2] = y1Re * w1Re - y1Im * w1Im
    target[to + 3] = y1Re * w1Im + y1Im * w1Re
    target[to + 4] = y2Re * w2Re - y2Im * w2Im
    target[to + 5] = y2Re * w2Im + y2Im * w2Re
    target[to + 6] = y3Re * w3Re - y3Im * w3Im
    target[to + 7] = y3Re * w3Im + y3Im * w3Re
    from += 2
    to += 8
  }
}

/** Copies `n` complex numbers, divided by `divisor`, to the row of `target` that starts at number `at`. */
export function leave1(
  source: WorkArray,
  target: RealArray,
  at: number,
  swap: boolean,
  n: number,
  divisor: number,
): void {
  const scale = 1 / divisor
  const part = swap ? -1 : 1
  let to = swap ? at + 1 : at
  for (let from = 0; from < 2 * n; from += 2, to += 2) {
    target[to] = source[from]! * scale
    target[to + part] = source[from + 1]! * scale
  }
}

/** The radix-4 stage with one block, whose twiddles are all 1, divided by `divisor` and written to `target`. */
export function leave4(
  source: WorkArray,
  target: RealArray,
  at: number,
  swap: boolean,
  stride: number,
  divisor: number,
): void {
  const scale = 1 / divisor
  const part = swap ? -1 : 1
  const jump = 2 * stride
  let to = swap ? at + 1 : at
  for (let from = 0; from < jump; from += 2, to += 2) {
    const aRe = source[from]! * scale
    const aIm = source[from + 1]! * scale
    const bRe = source[from + jump]! * scale
    const bIm = source[from + jump + 1]! * scale
    const cRe = source[from + 2 * jump]! * scale
    const cIm = source[from + 2 * jump + 1]! * scale
    const dRe = source[from + 3 * jump]! * scale
    const dIm = source[from + 3 * jump + 1]! * scale
    const acSumRe = aRe + cRe
    const acSumIm = aIm + cIm
    const acRe = aRe - cRe
    const acIm = aIm - cIm
    const bdSumRe = bRe + dRe
    const bdSumIm = bIm + dIm
    // −i · (b − d)
    const turnRe = bIm - dIm
    const turnIm = dRe - bRe
    target[to] = acSumRe + bdSumRe
    target[to + part] = acSumIm + bdSumIm
    target[to + jump] = acRe + turnRe
    target[to + jump + part] = acIm + turnIm
    target[to + 2 * jump] = acSumRe - bdSumRe
    target[to + 2 * jump + part] = acSumIm - bdSumIm
    target[to + 3 * jump] = acRe - turnRe
    target[to + 3 * jump + part] = acIm - turnIm
  }
}
