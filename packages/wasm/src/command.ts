import { type KernelArguments, kernelLayouts } from './kernels.generated.js'

/** A stretch of memory. Its address is decided when everything that lives at the same time is known. */
export class MemoryBlock {
  address = 0
  readonly bytes: number

  constructor(bytes: number) {
    this.bytes = bytes
  }

  /** A place inside the block. */
  at(byteOffset: number): Pointer {
    return { block: this, byteOffset }
  }
}

/** An argument that is an address: a block, a place inside one, or null for nothing. */
export type Pointer = MemoryBlock | { readonly block: MemoryBlock; readonly byteOffset: number } | null

/** One call of a kernel, before its blocks have addresses. */
export interface Command {
  readonly kernel: keyof KernelArguments
  readonly args: { readonly [name: string]: Pointer | number }
  /** How many parts the call is cut into; decided by shapes alone. */
  readonly chunks: number
  /** Whether its kernel may refuse a number and end the program. */
  readonly mayHalt: boolean
  /** Whether each chunk reads and writes elements `chunk · chunkSize` and on, and no others of that size. */
  readonly elementwise: boolean
  /** Which op of a graph it belongs to. */
  readonly op: number
  /** Commands that a chain runs tile by tile. */
  readonly links?: readonly Command[]
}

// The layout of Command in kernels/runtime/run-program.ts, in 32-bit words.
const headerBytes = 24
const nextWord = 2

/** A program as `runProgram` reads it. */
export class EncodedProgram {
  /** Whether more than one thread has something to do. */
  readonly parallel: boolean
  readonly bytes: number
  readonly #commands: readonly Command[]
  readonly #offsets: readonly number[]

  constructor(commands: readonly Command[]) {
    this.#commands = commands
    this.parallel = commands.some(({ chunks }) => chunks > 1)
    let end = 0
    this.#offsets = commands.map((command) => {
      const offset = end
      end += encodedBytes(command)
      return offset
    })
    this.bytes = end + headerBytes
  }

  /** Writes the program, with the addresses that the blocks have now. */
  write(memory: ArrayBufferLike, address: number): void {
    const view = new DataView(memory, address, this.bytes)
    const barriers = this.#commands.map(({ chunks, mayHalt }, index) => {
      const next = this.#commands[index + 1]
      return chunks > 1 || mayHalt || (next !== undefined && next.chunks > 1)
    })
    const last = barriers.lastIndexOf(true)
    this.#commands.forEach((command, index) => {
      writeCommand(view, this.#offsets[index]!, command, barriers[index]!, index === last)
    })
    view.setInt32(this.bytes - headerBytes, -1, true)
  }

  /** Makes every chunk one that nobody has begun. */
  rewind(words: Int32Array, address: number): void {
    for (const [index, { chunks }] of this.#commands.entries()) {
      if (chunks > 1) words[((address + this.#offsets[index]!) >>> 2) + nextWord] = 0
    }
  }
}

function encodedBytes({ kernel, links = [] }: Command): number {
  const own = headerBytes + Math.ceil(kernelLayouts[kernel].bytes / 8) * 8
  return links.reduce((total, link) => total + encodedBytes(link), own)
}

function writeCommand(
  view: DataView,
  offset: number,
  command: Command,
  barrier: boolean,
  lastBarrier: boolean,
): void {
  const { id, fields, bytes } = kernelLayouts[command.kernel]
  const header = [id, command.chunks, 0, encodedBytes(command), Number(barrier), Number(lastBarrier)]
  header.forEach((word, i) => {
    view.setInt32(offset + 4 * i, word, true)
  })
  for (const [name, type, fieldOffset] of fields) {
    const at = offset + headerBytes + fieldOffset
    const value = command.args[name]!
    if (type === 'usize') view.setUint32(at, addressOf(value as Pointer), true)
    else if (type === 'i32') view.setInt32(at, value as number, true)
    else if (type === 'f32') view.setFloat32(at, value as number, true)
    else view.setFloat64(at, value as number, true)
  }
  let linkOffset = offset + headerBytes + Math.ceil(bytes / 8) * 8
  for (const link of command.links ?? []) {
    writeCommand(view, linkOffset, link, false, false)
    linkOffset += encodedBytes(link)
  }
}

function addressOf(pointer: Pointer): number {
  if (pointer === null) return 0
  return pointer instanceof MemoryBlock ? pointer.address : pointer.block.address + pointer.byteOffset
}
