/** What a plan runs for its complex transforms, in words. */
export type FftAlgorithm =
  /** Length one: the transform changes nothing. */
  | 'identity'
  /** Stages of one radix only, `radix-4` for 256 = 4⁴; `radix-11` for 11 is one butterfly. */
  | `radix-${number}`
  /** Stages of several radices, in the order in which they run: `mixed-radix 4·3·4·4·4` for 768. */
  | `mixed-radix ${string}`
  /** A convolution by transforms of this length: `bluestein 2048` for 1009. */
  | `bluestein ${number}`

/** The way to transform one length: the radices of its stages, or the length of the convolution. */
export type FftMethod =
  | { readonly kind: 'stages'; readonly radices: readonly number[] }
  | { readonly kind: 'bluestein'; readonly convolutionLength: number }

/** Up to this prime, a butterfly of r² steps is faster than the detour by a convolution. */
const largestRadix = 31

/** Radix-4 stages as far as they go, one stage for each other prime factor; Bluestein for large primes. */
export function chooseMethod(n: number): FftMethod {
  let rest = n
  const fours: number[] = []
  for (; rest % 4 === 0; rest /= 4) fours.push(4)
  const others: number[] = []
  for (let prime = 2; prime <= largestRadix; prime++) {
    for (; rest % prime === 0; rest /= prime) others.push(prime)
  }
  if (rest > 1) return { kind: 'bluestein', convolutionLength: fastLength(2 * n - 1) }
  // A radix-4 stage at either end reads and writes the caller's arrays on the way: see boundary-stages.ts.
  return { kind: 'stages', radices: [...fours.slice(0, 1), ...others, ...fours.slice(1)] }
}

/** The smallest of 2^k, 3·2^k and 5·2^k that is at least `minimum`. */
function fastLength(minimum: number): number {
  const candidates = [1, 3, 5].map((odd) => odd * 2 ** Math.max(0, Math.ceil(Math.log2(minimum / odd))))
  return Math.min(...candidates)
}

export function nameMethod(method: FftMethod): FftAlgorithm {
  if (method.kind === 'bluestein') return `bluestein ${method.convolutionLength}`
  const [first, ...others] = method.radices
  if (first === undefined) return 'identity'
  if (others.every((radix) => radix === first)) return `radix-${first}`
  return `mixed-radix ${method.radices.join('·')}`
}
