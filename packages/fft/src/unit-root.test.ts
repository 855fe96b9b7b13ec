import { describe, expect, it } from 'vitest'
import { writeUnitRoot } from './unit-root.js'

function unitRoot(k: number, n: number): [number, number] {
  const pair = new Float64Array(2)
  writeUnitRoot(pair, 0, k, n)
  return [pair[0]!, pair[1]!]
}

/** exp(−2πi · k/n) by Taylor's series in integers of 128 fractional bits: slow, and right to far below float64. */
function exactUnitRoot(k: number, n: number): [bigint, bigint] {
  const angle = (2n * piFixed * BigInt(k)) / BigInt(n)
  let re = 0n
  let im = 0n
  let term = one
  for (let power = 0n; term !== 0n; power++) {
    // The powers of −i are 1, −i, −1, i.
    if (power % 4n === 0n) re += term
    else if (power % 4n === 1n) im -= term
    else if (power % 4n === 2n) re -= term
    else im += term
    term = (term * angle) / (one * (power + 1n))
  }
  return [re, im]
}
const one = 1n << 128n
/** Machin: π/4 = 4 arctan(1/5) − arctan(1/239). */
const piFixed = 4n * (4n * arctanInverse(5n) - arctanInverse(239n))
function arctanInverse(x: bigint): bigint {
  let sum = 0n
  let power = one / x
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += odd % 4n === 1n ? power / odd : -power / odd
    power /= x * x
  }
  return sum
}
/** |float − fixed|, exact but for the last conversion. */
function distance(float: number, fixed: bigint): number {
  const scaled = BigInt(float * 2 ** 64 * 2 ** 20) << 44n
  const difference = scaled - fixed
  return Number(difference < 0n ? -difference : difference) / 2 ** 128
}

describe('writeUnitRoot', () => {
  it('gives 1, −i, −1 and i without rounding noise', () => {
    for (const n of [4, 12, 1000, 4 * 65537, 2 ** 27]) {
      expect(unitRoot(0, n).map(Math.abs)).toEqual([1, 0])
      const [re, im] = unitRoot(n / 4, n)
      expect([Math.abs(re), im]).toEqual([0, -1])
      expect(unitRoot(n / 2, n)[0]).toBe(-1)
      expect(Math.abs(unitRoot(n / 2, n)[1])).toBe(0)
      expect(unitRoot((3 * n) / 4, n)[1]).toBe(1)
    }
  })

  it('gives both parts to within the last place of 1, for every root of small n', () => {
    for (let n = 1; n <= 40; n++) {
      for (let k = 0; k < n; k++) {
        const [re, im] = unitRoot(k, n)
        const [exactRe, exactIm] = exactUnitRoot(k, n)
        expect(distance(re, exactRe)).toBeLessThan(Number.EPSILON)
        expect(distance(im, exactIm)).toBeLessThan(Number.EPSILON)
      }
    }
  })

  it('stays as accurate for large n, even and odd', () => {
    for (const n of [2 ** 20, 2 ** 27, 2 ** 27 - 39, 3 ** 16]) {
      for (const k of [1, 12345, n >> 3, (n >> 3) + 1, n >> 2, (n >> 2) + 1, Math.floor(n * 0.62), n - 1]) {
        const [re, im] = unitRoot(k, n)
        const [exactRe, exactIm] = exactUnitRoot(k, n)
        expect(distance(re, exactRe)).toBeLessThan(Number.EPSILON)
        expect(distance(im, exactIm)).toBeLessThan(Number.EPSILON)
      }
    }
  })
})
