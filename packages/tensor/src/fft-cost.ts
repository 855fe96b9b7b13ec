/** FLOPs of one complex transform of length n, by the radix-2 convention: 5 n log2 n. */
export function complexFftFlops(n: number): number {
  return 5 * n * Math.log2(n)
}

/** FLOPs of one real transform of length n, forward or inverse: half of a complex one. */
export function realFftFlops(n: number): number {
  return 2.5 * n * Math.log2(n)
}
