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
  readonly input: WorkArray
  readonly #n: number
  readonly #stages: readonly Stage[]
  /** Whether the first stage can read a caller's array. */
  readonly #radix4First: boolean
  /** Whether the last stage, if it is not the first as well, can write to a caller's array. */
  readonly #radix4Last: boolean
  /** The stages go from the input to this array, back, and so on. */
  readonly #other: WorkArray

  constructor(n: number, radices: readonly number[]) {
    this.#n = n
    this.#stages = planStages(n, radices)
    this.#radix4First = radices[0] === 4
    this.#radix4Last = radices.length > 1 && radices.at(-1) === 4
    this.input = createWorkArray(2 * n)
    this.#other = createWorkArray(2 * n)
  }

  run(
    source: RealArray | null,
    sourceAt: number,
    target: RealArray | null,
    targetAt: number,
    inverse: boolean,
  ): WorkArray {
    const stages = this.#stages
    const n = this.#n
    let from = this.input
    let to = this.#other
    let next = 0
    if (source !== null) {
      if (this.#radix4First) {
        const first = stages[next++]!
        enter4(source, sourceAt, inverse, from, first.blocks, first.twiddles)
      } else enter1(source, sourceAt, inverse, from, n)
    }

    const leaveFromLast = target !== null && this.#radix4Last
    const end = leaveFromLast ? stages.length - 1 : stages.length
    for (; next < end; next++) {
      const stage = stages[next]!
      stage.butterfly(from, to, stage.blocks, stage.stride, stage.twiddles)
      const filled = to
      to = from
      from = filled
    }

    if (target !== null) {
      const divisor = inverse ? n : 1
      if (leaveFromLast) leave4(from, target, targetAt, inverse, stages[end]!.stride, divisor)
      else leave1(from, target, targetAt, inverse, n, divisor)
    }
    return from
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
