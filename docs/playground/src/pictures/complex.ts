export type Complex = readonly [re: number, im: number]

/** One of several complex numbers that lie interleaved. */
export function complexAt(numbers: ArrayLike<number>, index: number): Complex {
  return [numbers[2 * index]!, numbers[2 * index + 1]!]
}
