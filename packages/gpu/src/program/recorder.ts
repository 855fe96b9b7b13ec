import type { Data } from '@gyre/tensor'
import type { Lowering } from '../kernel.js'
import { Block } from './block.js'
import type { Dispatch, ElementwiseCall, Step } from './step.js'

export type MakeError = (position: number, value: number) => Error

/** What the lowerings of some ops put down. */
export class Recorder implements Lowering {
  readonly limits: GPUSupportedLimits
  readonly steps: Step[] = []
  /** The errors of the numbers that kernels may refuse with. */
  readonly guards: MakeError[]
  readonly #constants: Constants

  constructor(limits: GPUSupportedLimits, constants: Constants, guards: MakeError[] = []) {
    this.limits = limits
    this.#constants = constants
    this.guards = guards
  }

  dispatch(call: Dispatch): void {
    const { workgroups } = call
    const none = typeof workgroups === 'number' ? workgroups === 0 : workgroups.includes(0)
    if (!none) this.steps.push({ kind: 'dispatch', call })
  }

  elementwise(call: ElementwiseCall): void {
    if (call.count > 0) this.steps.push({ kind: 'elementwise', call })
  }

  copy(from: Block, to: Block): void {
    if (from !== to && from.bytes > 0) this.steps.push({ kind: 'copy', copy: { from, to } })
  }

  workspace(bytes: number): Block {
    return new Block(bytes)
  }

  constant(name: string, make: () => Data): Block {
    return this.#constants.get(name, make)
  }

  guard(makeError: MakeError): number {
    return this.guards.push(makeError) - 1
  }
}

/** Tables that kernels read, made once each. */
export interface Constants {
  get(name: string, make: () => Data): Block
}
