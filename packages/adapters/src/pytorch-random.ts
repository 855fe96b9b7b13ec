import { MersenneTwister } from './mersenne-twister.js'

/**
 * The first `count` numbers of `torch.randperm(length, generator=torch.Generator().manual_seed(seed))`. Takes
 * memory for `count` numbers, not for `length`.
 */
export function randomPermutationStart(seed: number, length: number, count: number): number[] {
  const generator = new MersenneTwister(seed)
  // The order begins as 0, 1, 2, …; only places that a swap has changed are held.
  const changed = new Map<number, number>()
  return Array.from({ length: count }, (_, i) => {
    const chosen = i + (generator.uint32() % (length - i))
    const number = changed.get(chosen) ?? chosen
    changed.set(chosen, changed.get(i) ?? i)
    changed.delete(i)
    return number
  })
}

/**
 * `count` numbers of `tensor.uniform_(-bound, bound)` with the bound of PyTorch's Kaiming initialisation,
 * √6 / √fanIn, after `skipped` numbers that the same generator gave before.
 *
 * @source He, Zhang, Ren, Sun: Delving Deep into Rectifiers. arXiv 1502.01852, section 2.2.
 */
export function kaimingUniform(
  seed: number,
  count: number,
  { fanIn, skipped = 0 }: { readonly fanIn: number; readonly skipped?: number },
): Float32Array {
  const bound = Math.fround(Math.sqrt(3) * (Math.SQRT2 / Math.sqrt(fanIn)))
  const generator = new MersenneTwister(seed)
  for (let i = 0; i < skipped; i++) generator.uint32()
  return Float32Array.from({ length: count }, () => {
    const uniform = (generator.uint32() & 0xffffff) * 2 ** -24
    return uniform * (2 * bound) - bound
  })
}
