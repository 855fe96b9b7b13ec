import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import type { TypedArray } from './dtype.js'
import {
  type ByteSource,
  type LazySafetensorsFile,
  openSafetensors,
  readSafetensors,
  type SafetensorsFile,
} from './read.js'
import { encodeHeader, encodeTensor, type Metadata, type WritableTensor } from './write.js'

/** A file on disk of which parts are read, open until `close`. */
export interface OpenFile extends ByteSource {
  close(): Promise<void>
}

export async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, 'r')
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length)
    let done = 0
    // The system reads less than 2 GiB at once.
    while (done < length) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes.subarray(0, done)
  }
  try {
    return { size: (await handle.stat()).size, read, close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A safetensors file on disk, open until `close`. */
export interface OpenSafetensorsFile extends LazySafetensorsFile {
  close(): Promise<void>
}

/** Opens a file and reads its header; tensors are read one at a time. Close it when done. */
export async function openSafetensorsFile(path: string): Promise<OpenSafetensorsFile> {
  const file = await openFile(path)
  try {
    return { ...(await openSafetensors(file, { source: path })), close: file.close }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads a whole file into memory; its tensors are then at hand without waiting. */
export async function readSafetensorsFile(path: string): Promise<SafetensorsFile> {
  return readSafetensors(await readFile(path), { source: path })
}

/** A tensor for a file; its numbers may be fetched when they are written. */
export interface FileTensor extends Omit<WritableTensor, 'data'> {
  readonly data: TypedArray | (() => Promise<TypedArray>)
}

/**
 * Writes a file with `writeAtomically`, a tensor at a time: nothing is copied but what needs conversion, and no more
 * than one of the tensors that are fetched is in memory. The arrays must not change meanwhile.
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: FileTensor]>,
  metadata: Metadata = {},
): Promise<void> {
  await writeAtomically(path, encodeParts([...tensors], metadata, path))
}

async function* encodeParts(
  tensors: readonly (readonly [name: string, tensor: FileTensor])[],
  metadata: Metadata,
  source: string,
): AsyncGenerator<Uint8Array> {
  yield encodeHeader(tensors, metadata, source)
  for (const [name, { dtype, shape, data }] of tensors) {
    const numbers = typeof data === 'function' ? await data() : data
    yield encodeTensor({ dtype, shape, data: numbers }, { source, tensor: name })
  }
}

/**
 * Writes a file under a temporary name beside it, flushes it to the disk and renames it: whoever reads the path
 * finds the old file or the whole new one. When it fails, the temporary file is removed.
 */
export async function writeAtomically(
  path: string,
  contents: Uint8Array | string | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const parts = typeof contents === 'string' || contents instanceof Uint8Array ? [contents] : contents
  const temporary = `${path}.${randomUUID()}.partial`
  try {
    const handle = await open(temporary, 'wx')
    try {
      for await (const part of parts) await handle.writeFile(part)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
