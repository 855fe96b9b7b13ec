import type { Data } from '@gyre/tensor'
import type { MemoryBlock } from './command.js'
import type { Engine } from './engine/engine.js'

/** Tables that kernels read, such as roots of unity, each made once. */
export class Constants {
  readonly #engine: Engine
  readonly #blocks = new Map<string, MemoryBlock>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  get(name: string, make: () => Data): MemoryBlock {
    let block = this.#blocks.get(name)
    if (!block) {
      const data = make()
      block = this.#engine.allocate(data.byteLength)
      new Uint8Array(this.#engine.buffer, block.address, block.bytes).set(
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      )
      this.#blocks.set(name, block)
    }
    return block
  }
}
