import type { Complex } from './complex.js'

/** A number for a sentence or a formula: two decimals, a real minus sign. */
export function formatNumber(value: number): string {
  const text = Math.abs(value).toFixed(2)
  const isZero = Number(text) === 0
  return (value < 0 && !isZero ? '−' : '') + (Number.isInteger(value) || isZero ? String(Number(text)) : text)
}

/** A difference that is rounding, such as 3.1e-7. */
export function formatDifference(value: number): string {
  return value === 0 ? '0' : value.toExponential(1).replace('e-', ' · 10⁻').replace(/\d+$/, superscript)
}

export function formatComplex([re, im]: Complex): string {
  const [real, imaginary] = [formatNumber(re), formatNumber(Math.abs(im))]
  if (imaginary === '0') return real
  const factor = imaginary === '1' ? 'i' : `${imaginary}i`
  if (real === '0') return im < 0 ? `−${factor}` : factor
  return `${real} ${im < 0 ? '−' : '+'} ${factor}`
}

function superscript(digits: string): string {
  return [...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')
}

/** The largest difference of two lists of numbers, one by one. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))
}
