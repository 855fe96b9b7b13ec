import { quote } from './quote.js'

const marker: unique symbol = Symbol.for('gyre.error')

/** Where a problem is. */
export interface Place {
  /** The file, as its reader calls it. */
  readonly source?: string
  /** Bytes from the beginning of the file. */
  readonly byte?: number
  /** A tensor's name. */
  readonly tensor?: string
}

/**
 * A file that is not valid safetensors, a tensor that it does not have, or tensors that cannot be written. The
 * message says where, then what was expected and what came: `model.safetensors: byte 96: tensor "w": …`.
 */
export class SafetensorsError extends Error {
  readonly [marker] = true
  readonly source: string | undefined
  readonly byte: number | undefined
  readonly tensor: string | undefined

  constructor(problem: string, { source, byte, tensor }: Place) {
    const place = [
      source ?? [],
      byte === undefined ? [] : `byte ${byte}`,
      tensor === undefined ? [] : `tensor ${quote(tensor)}`,
    ]
    super([...place.flat(), problem].join(': '))
    this.name = 'SafetensorsError'
    this.source = source
    this.byte = byte
    this.tensor = tensor
  }
}
