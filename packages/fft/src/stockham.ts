import { enter1, enter4, leave1, leave4 } from './boundary-stages.js'
import type { Butterfly } from './butterflies/butterfly.js'
import { butterfly2 } from './butterflies/radix-2.js'
import { butterfly3 } from './butterflies/radix-3.js'
import { butterfly4 } from './butterflies/radix-4.js'
import { butterfly5 } from './butterflies/radix-5.js'
import { oddButterfly } from './butterflies/radix-odd.js'
import type { ComplexTransform } from './complex-transform.js'
import type { RealArray } from './precision.js'
import { writeUnitRoot } from './unit-root.js'
import { createWorkArray, type WorkArray } from './work-array.js'

interface Stage {
  readonly butterfly: Butterfly
  readonly blocks: number
  readonly stride: number
  readonly twiddles: WorkArray
}

/**
 * The Cooley–Tukey transform for any factorisation of n, one stage for each factor, in Stockham's self-sorting
 * form (see butterflies/butterfly.ts). Everything between the first read and the last write is in float64.
 */
export class StockhamTransform implements ComplexTransform {
  readonly #n: number
  /** The first stage if it has radix 4: it reads the caller's array. */
  readonly #entry: Stage | undefined
  readonly #middle: readonly Stage[]
  /** The last stage if it has radix 4 and is not the first: it writes the caller's array. */
  readonly #exit: Stage | undefined
  /** The stages go from one array to the other and back. */
  readonly #front: WorkArray
  readonly #back: WorkArray

  constructor(n: number, radices: readonly number[]) {
    this.#n = n
    const stages = planStages(n, radices)
    this.#entry = radices[0] === 4 ? stages.shift() : undefined
    this.#exit = stages.length > 0 && radices.at(-1) === 4 ? stages.pop() : undefined
    this.#middle = stages
    this.#front = createWorkArray(2 * n)
    this.#back = createWorkArray(stages.length > 0 ? 2 * n : 0)
  }

  run(source: RealArray, sourceAt: number, target: RealArray, targetAt: number, inverse: boolean): void {
    let from = this.#front
    let to = this.#back
    const entry = this.#entry
    if (entry) enter4(source, sourceAt, inverse, from, entry.blocks, entry.twiddles)
    else enter1(source, sourceAt, inverse, from, this.#n)

    const middle = this.#middle
    for (let index = 0; index < middle.length; index++) {
      const stage = middle[index]!
      stage.butterfly(from, to, stage.blocks, stage.stride, stage.twiddles)
      const swapped = from
      from = to
      to = swapped
    }

    const divisor = inverse ? this.#n : 1
    const exit = this.#exit
    if (exit) leave4(from, target, targetAt, inverse, exit.stride, divisor)
    else leave1(from, target, targetAt, inverse, this.#n, divisor)
  }
}

function planStages(n: number, radices: readonly number[]): Stage[] {
  const butterflies = new Map<number, Butterfly>([
    [2, butterfly2],
    [3, butterfly3],
    [4, butterfly4],
    [5, butterfly5],
  ])
  const stages: Stage[] = []
  let stride = 1
  for (const radix of radices) {
    const butterfly = butterflies.get(radix) ?? oddButterfly(radix)
    butterflies.set(radix, butterfly)
    const length = n / stride
    const blocks = length / radix
    const twiddles = createWorkArray(2 * blocks * (radix - 1))
    let at = 0
    for (let p = 0; p < blocks; p++) {
      for (let k = 1; k < radix; k++, at += 2) writeUnitRoot(twiddles, at, p * k, length)
    }
    stages.push({ butterfly, blocks, stride, twiddles })
    stride *= radix
  }
  return stages
}
