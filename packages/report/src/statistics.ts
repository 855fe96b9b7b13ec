/** The mean of several values with how far they lie from it. */
export interface Spread {
  readonly mean: number
  /** The sample's standard deviation; 0 for a single value. */
  readonly deviation: number
}

/** A mean, and a range around it that would hold the true one in 95 of 100 repetitions. */
export interface Interval {
  readonly mean: number
  /** Half the width of the 95 % confidence interval; undefined for a single value, which says nothing of its error. */
  readonly halfWidth: number | undefined
  /** How many values it is the mean of. */
  readonly count: number
}

/** The arithmetic mean; NaN of no values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

/** The value in the middle; of an even number of values, the upper one of the two there. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** The spread of the values that are there; undefined where none is. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const numbers = values.filter((value) => value !== undefined)
  if (numbers.length === 0) return undefined
  const mean = meanOf(numbers)
  const squares = numbers.reduce((total, value) => total + (value - mean) ** 2, 0)
  return { mean, deviation: numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1)) : 0 }
}

/** The mean with its 95 % confidence interval by Student's t: `t · s / √n` to each side. At least one value. */
export function confidenceInterval(values: readonly number[]): Interval {
  const spread = spreadOf(values)
  if (spread === undefined) throw new RangeError('confidenceInterval: there are no values')
  const count = values.length
  const halfWidth = count > 1 ? (studentQuantile(count - 1) * spread.deviation) / Math.sqrt(count) : undefined
  return { mean: spread.mean, halfWidth, count }
}

/** Values by what they share with those of another method: the seed. */
export type ValuesBySeed = ReadonlyMap<string | number, number>

/**
 * The mean of `left − right` over the seeds that both have, with the interval of these differences: what a seed does
 * to both methods alike cancels. Undefined without a common seed.
 */
export function pairedDifference(left: ValuesBySeed, right: ValuesBySeed): Interval | undefined {
  const differences = [...left].flatMap(([seed, value]) => {
    const other = right.get(seed)
    return other === undefined ? [] : [value - other]
  })
  return differences.length === 0 ? undefined : confidenceInterval(differences)
}

/**
 * The t that a Student variable exceeds in absolute value once in 20 times: its quantile at 97.5 %. Found by bisection
 * of the angle θ = atan(t / √degrees), over which the distribution is a finite sum.
 */
export function studentQuantile(degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`studentQuantile: expected degrees of freedom from 1 on, got ${degrees}`)
  }
  let [low, high] = [0, Math.PI / 2]
  for (let halvings = 0; halvings < 60; halvings++) {
    const middle = (low + high) / 2
    if (centralProbability(middle, degrees) < 0.95) low = middle
    else high = middle
  }
  return Math.tan((low + high) / 2) * Math.sqrt(degrees)
}

/**
 * How probably a Student variable lies within ±t, where t = √degrees · tan θ.
 * @source Abramowitz and Stegun: Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 */
function centralProbability(angle: number, degrees: number): number {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const odd = degrees % 2
  let term = odd ? cosine : 1
  let sum = degrees > 1 ? term : 0
  for (let k = 2 + odd; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}
