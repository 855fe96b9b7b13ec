/** The powers of ten from the last one that is not above `low` to the first that is not below `high`. */
export function powersOfTen(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low))
  const count = Math.ceil(Math.log10(high)) - first + 1
  return Array.from({ length: count }, (_, i) => Number(`1e${first + i}`))
}

/** About five round numbers from `low` to `high`: multiples of 1, 2 or 5 times a power of ten. */
export function roundSteps(low: number, high: number): number[] {
  const rough = (high - low || 1) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step)
}

/**
 * A few round numbers from `low` to `high` for a logarithmic axis: powers of ten; also twice and five times these where
 * the range has few of them; round steps where it is narrow.
 */
export function logarithmicTicks(low: number, high: number): number[] {
  const powers = powersOfTen(low, high)
  const isInside = (value: number): boolean => value >= low && value <= high
  const tens = powers.filter(isInside)
  if (tens.length >= 3) return tens.filter((_, i) => i % Math.ceil(tens.length / 6) === 0)
  const some = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(isInside)
  return some.length >= 3 ? some : roundSteps(low, high)
}
