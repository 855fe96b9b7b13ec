import { allocateData, bytesOf, type Data, dataOver, sizeOf, type TensorSpec } from '@gyre/tensor'
import type { MemoryBlock } from './command.js'
import type { Engine } from './engine/engine.js'

/**
 * Where a tensor's numbers are: in a typed array that the garbage collector knows, or resident in the WebAssembly
 * memory, as parameters are once a compiled graph has used them.
 */
export class WasmStorage {
  #data: Data | 'zeros' | undefined
  #resident: MemoryBlock | undefined
  readonly #spec: TensorSpec
  readonly #engine: Engine

  constructor(engine: Engine, spec: TensorSpec, data: Data | 'zeros') {
    this.#engine = engine
    this.#spec = { shape: spec.shape, dtype: spec.dtype }
    this.#data = data
  }

  get resident(): MemoryBlock | undefined {
    return this.#resident
  }

  /** The numbers where they are: not a copy, and not to be kept. */
  get view(): Data {
    const { shape, dtype } = this.#spec
    if (this.#data === 'zeros') this.#data = allocateData(dtype, sizeOf(shape))
    return this.#data ?? viewAt(this.#engine, this.#resident!.address, this.#spec)
  }

  /** Another storage of the same numbers. Arrays never change, so both may have the same one. */
  copy(): WasmStorage {
    return new WasmStorage(this.#engine, this.#spec, this.#data ?? this.view.slice())
  }

  /** Moves the numbers into the WebAssembly memory, where they stay until this storage is collected. */
  makeResident(): MemoryBlock {
    if (this.#resident) return this.#resident
    const bytes = bytesOfSpec(this.#spec)
    const zeros = this.#data === 'zeros'
    const block = this.#engine.allocateFor(this, bytes, { zeros })
    if (!zeros) viewAt(this.#engine, block.address, this.#spec).set(this.view)
    this.#data = undefined
    this.#resident = block
    return block
  }
}

export function bytesOfSpec({ shape, dtype }: TensorSpec): number {
  return sizeOf(shape) * bytesOf(dtype)
}

/** The numbers of a tensor in the WebAssembly memory: not a copy, and void when the memory grows. */
export function viewAt(engine: Engine, address: number, { shape, dtype }: TensorSpec): Data {
  return dataOver(dtype, sizeOf(shape), engine.buffer, address)
}

/** A copy of them in the garbage collector's care. */
export function copyOut(engine: Engine, address: number, spec: TensorSpec): Data {
  const data = allocateData(spec.dtype, sizeOf(spec.shape))
  data.set(viewAt(engine, address, spec))
  return data
}
