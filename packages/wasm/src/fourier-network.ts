import type { MemoryBlock } from './command.js'
import type { Lowering } from './kernel.js'

/** Prime factors above this are left to the reference kernel: a pass of radix r costs r operations per element. */
export const largestRadix = 61

/** Bytes of an element of a tile: a complex number in each of four lanes. */
export const elementBytes = 32

/** Whether the kernels have the passes that rows of n numbers need. */
export function hasNetwork(n: number): boolean {
  return n >= 1 && Math.max(1, ...oddFactors(n)) <= largestRadix
}

/** A transform's length as the passes that make it, from the whole down; see kernels/fourier/network.ts. */
export interface FourierNetwork {
  readonly radices: readonly number[]
  /** The radix of the pass in natural order, at a load or a store, that comes first in `radices`; 1 for none. */
  readonly naturalRadix: number
  /** The radix of the pass in digit-reversed order, at a load, that comes last; 1 for none. */
  readonly reversedRadix: number
}

/** Which passes are done while rows are loaded or stored. */
export function fourierNetwork(
  n: number,
  fused: { readonly natural?: boolean; readonly reversed?: boolean },
): FourierNetwork {
  let rest = n
  let twos = 0
  for (; rest % 2 === 0; rest /= 2) twos++
  const take = (largest: number) => {
    const radix = twos === 0 ? 1 : twos % 2 === 1 ? 2 : largest
    twos -= Math.log2(radix)
    return radix
  }
  // Four rows times four places, all a multiple of 4 KB apart, would evict each other from the first cache.
  const naturalRadix = fused.natural ? take(n % 4096 === 0 ? 2 : 4) : 1
  const reversedRadix = fused.reversed ? take(4) : 1
  const fours = Array<number>(twos >> 1).fill(4)
  const radices = [naturalRadix, ...oddFactors(n), twos % 2 === 1 ? 2 : 1, ...fours, reversedRadix]
  return { radices: radices.filter((radix) => radix > 1), naturalRadix, reversedRadix }
}

/** The tables of a network, as its kernels take them. */
export function networkTables({ radices }: FourierNetwork, lowering: Lowering) {
  const name = radices.join('x')
  return {
    network: lowering.constant(`fourier levels ${name}`, () => levels(radices)),
    twiddles: lowering.constant(`fourier twiddles ${name}`, () => twiddles(radices)),
  }
}

/**
 * For each column of the pass in digit-reversed order, where its block begins in a tile; without such a pass, each
 * element's place.
 */
export function loadPlaces({ radices, reversedRadix }: FourierNetwork, lowering: Lowering): MemoryBlock {
  const outer = reversedRadix > 1 ? radices.slice(0, -1) : radices
  return lowering.constant(`fourier places ${outer.join('x')} by ${reversedRadix}`, () => {
    const order = frequencies(outer)
    const places = new Int32Array(order.length)
    order.forEach((frequency, place) => {
      places[frequency] = place * reversedRadix * elementBytes
    })
    return places
  })
}

/** For each place in digit-reversed order, the place of the mirrored frequency. */
export function mirrorPlaces({ radices }: FourierNetwork, lowering: Lowering): MemoryBlock {
  return lowering.constant(`fourier mirror ${radices.join('x')}`, () => {
    const order = frequencies(radices)
    const places = new Int32Array(order.length)
    order.forEach((frequency, place) => {
      places[frequency] = place * elementBytes
    })
    return Int32Array.from(order, (frequency) => places[(order.length - frequency) % order.length]!)
  })
}

/** Bytes in which passes of a network without code of their own keep the elements of one butterfly. */
export function temporaryBytes({ radices }: FourierNetwork): number {
  return elementBytes * Math.max(2, ...radices)
}

/** Phases of the blocks before a level, as whole numbers over the number of blocks. */
function frequencies(radices: readonly number[]): number[] {
  let phases = [0]
  for (const radix of radices) {
    const blocks = phases.length
    phases = phases.flatMap((phase) => Array.from({ length: radix }, (_, j) => phase + j * blocks))
  }
  return phases
}

/** Radices with a pass of their own; the pass for any other reads its roots of unity. */
const ownPasses = [2, 3, 4, 5]

function levels(radices: readonly number[]): Int32Array {
  const words = [radices.length]
  let columns = radices.reduce((product, radix) => product * radix, 1)
  let blocks = 1
  let offset = 0
  for (const radix of radices) {
    columns /= radix
    words.push(radix, blocks, columns, offset)
    offset += 8 * ((radix - 1) * blocks + (ownPasses.includes(radix) ? 0 : radix))
    blocks *= radix
  }
  return Int32Array.from(words)
}

function twiddles(radices: readonly number[]): Float32Array {
  const numbers: number[] = []
  const push = (turns: number) => numbers.push(Math.cos(2 * Math.PI * turns), -Math.sin(2 * Math.PI * turns))
  radices.forEach((radix, level) => {
    if (!ownPasses.includes(radix)) for (let j = 0; j < radix; j++) push(j / radix)
    const phases = frequencies(radices.slice(0, level))
    for (const phase of phases) {
      for (let i = 1; i < radix; i++) push((i * phase) / (phases.length * radix))
    }
  })
  return Float32Array.from(numbers)
}

/** Odd prime factors, the largest first. */
function oddFactors(n: number): number[] {
  const factors: number[] = []
  let rest = n
  while (rest > 1 && rest % 2 === 0) rest /= 2
  for (let factor = 3; factor * factor <= rest; factor += 2) {
    for (; rest % factor === 0; rest /= factor) factors.push(factor)
  }
  if (rest > 1) factors.push(rest)
  return factors.reverse()
}
