import { BackendError } from '@gyre/tensor'

const pageBytes = 65_536
/** A cache line: no two blocks share one. */
export const lineBytes = 64

/** Stretches of the WebAssembly memory, given out and taken back. */
export class Heap {
  readonly memory: WebAssembly.Memory
  #end: number
  /** Free stretches by address, none touching another. */
  #free: { address: number; bytes: number }[] = []
  #used = 0

  constructor(memory: WebAssembly.Memory, begin: number) {
    this.memory = memory
    this.#end = begin
  }

  /** Bytes that are given out. */
  get usedBytes(): number {
    return this.#used
  }

  /** Pages of 64 KiB that the memory has. */
  get pages(): number {
    return this.memory.buffer.byteLength / pageBytes
  }

  /** The address of a new stretch, on a cache line of its own. */
  allocate(bytes: number): number {
    const wanted = roundUp(bytes)
    this.#used += wanted
    const index = this.#free.findIndex((stretch) => stretch.bytes >= wanted)
    if (index >= 0) {
      const stretch = this.#free[index]!
      const address = stretch.address
      stretch.address += wanted
      stretch.bytes -= wanted
      if (stretch.bytes === 0) this.#free.splice(index, 1)
      return address
    }
    // A free stretch at the very end is grown rather than left behind.
    const last = this.#free.at(-1)
    const address = last && last.address + last.bytes === this.#end ? last.address : this.#end
    this.#growTo(address + wanted, bytes)
    if (address !== this.#end) this.#free.pop()
    this.#end = address + wanted
    return address
  }

  /** As `allocate`; every byte is 0. Memory that nobody has had yet is, and stays untouched until it is used. */
  allocateZeros(bytes: number): number {
    const untouched = this.#end
    const address = this.allocate(bytes)
    const touchedEnd = Math.min(address + bytes, untouched)
    if (address < touchedEnd) new Uint8Array(this.memory.buffer, address, touchedEnd - address).fill(0)
    return address
  }

  free(address: number, bytes: number): void {
    const freed = { address, bytes: roundUp(bytes) }
    this.#used -= freed.bytes
    let index = this.#free.findIndex((stretch) => stretch.address > address)
    if (index < 0) index = this.#free.length
    this.#free.splice(index, 0, freed)
    const next = this.#free[index + 1]
    if (next && freed.address + freed.bytes === next.address) {
      freed.bytes += next.bytes
      this.#free.splice(index + 1, 1)
    }
    const before = this.#free[index - 1]
    if (before && before.address + before.bytes === freed.address) {
      before.bytes += freed.bytes
      this.#free.splice(index, 1)
    }
  }

  #growTo(end: number, bytes: number): void {
    const missing = end - this.memory.buffer.byteLength
    if (missing <= 0) return
    try {
      this.memory.grow(Math.ceil(missing / pageBytes))
    } catch {
      const mebibytes = (count: number): string => (count / 2 ** 20).toFixed(0)
      this.#used -= roundUp(bytes)
      throw new BackendError(
        `wasm: the memory cannot grow from ${mebibytes(this.memory.buffer.byteLength)} MiB to ` +
          `${mebibytes(end)} MiB for ${mebibytes(bytes)} MiB more; WebAssembly addresses 4096 MiB. ` +
          'A smaller batch, shorter sequences or activation checkpointing need less',
      )
    }
  }
}

export function roundUp(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / lineBytes)) * lineBytes
}
