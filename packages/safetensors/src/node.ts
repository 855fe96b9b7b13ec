import { open, rename, rm } from 'node:fs/promises'
import { type LazySafetensorsFile, openSafetensors } from './read.js'
import { type WritableTensor, writeSafetensors } from './write.js'

/** Opens a file and reads its header; tensors are read one at a time. Close it when done. */
export async function openSafetensorsFile(
  path: string,
): Promise<LazySafetensorsFile & { close(): Promise<void> }> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length)
      const { bytesRead } = await handle.read(bytes, 0, length, offset)
      return bytes.subarray(0, bytesRead)
    }
    return { ...(await openSafetensors({ size, read }, { source: path })), close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Writes a safetensors file with `writeAtomically`. */
export function writeSafetensorsFile(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: WritableTensor]>,
  metadata?: { readonly [key: string]: string },
): Promise<void> {
  return writeAtomically(path, writeSafetensors(tensors, metadata))
}

/** Writes a file aside and renames it: whoever reads the path finds the old file or the whole new one. */
export async function writeAtomically(path: string, contents: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`
  try {
    const handle = await open(temporary, 'w')
    try {
      await handle.writeFile(contents)
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
