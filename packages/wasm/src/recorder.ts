import type { Data } from '@gyre/tensor'
import { type Command, MemoryBlock, type Pointer } from './command.js'
import type { Constants } from './constants.js'
import type { CallOptions, Lowering } from './kernel.js'

/** What the lowerings of some ops put down. */
export class Recorder implements Lowering {
  #commands: Command[] = []
  /** Temporary memory, with the op that it belongs to. */
  readonly workspaces: { readonly block: MemoryBlock; readonly op: number }[] = []
  readonly guards: ((position: number, value: number) => Error)[] = []
  /** Bytes that each thread needs to itself. */
  scratchBytes = 0
  /** The op whose lowering is running. */
  currentOp = 0
  readonly #constants: Constants

  constructor(constants: Constants) {
    this.#constants = constants
  }

  run(
    kernel: Command['kernel'],
    args: Readonly<Record<string, Pointer | number>>,
    { chunks = 1, scratch = 0, mayHalt = false, elementwise = false }: CallOptions = {},
  ): void {
    // A tensor without elements asks for no chunk; there is nothing to do.
    if (chunks === 0) return
    if (!Number.isInteger(chunks)) throw new RangeError(`${kernel}: cannot be cut into ${chunks} chunks`)
    this.#commands.push({ kernel, args, chunks, mayHalt, elementwise, op: this.currentOp })
    this.scratchBytes = Math.max(this.scratchBytes, scratch)
  }

  /** The calls since this was last asked. */
  takeCommands(): readonly Command[] {
    const commands = this.#commands
    this.#commands = []
    return commands
  }

  workspace(bytes: number): MemoryBlock {
    const block = new MemoryBlock(bytes)
    this.workspaces.push({ block, op: this.currentOp })
    return block
  }

  constant(name: string, make: () => Data): MemoryBlock {
    return this.#constants.get(name, make)
  }

  guard(makeError: (position: number, value: number) => Error): number {
    return this.guards.push(makeError) - 1
  }
}
