import type { FolderFile } from '../contract.js'

/** Bytes that an archive may have, unpacked. */
const mostBytes = 64 * 2 ** 20

/** A folder of files as one archive. Weights do not shrink, so nothing is compressed. */
export async function packFolder(
  folder: string,
  files: readonly FolderFile[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { zipSync } = await import('fflate')
  const entries = Object.fromEntries(files.map(({ name, bytes }) => [`${folder}/${name}`, bytes]))
  return zipSync(entries, { level: 0 }) as Uint8Array<ArrayBuffer>
}

/** The files of an adapter: as they came, or those of an archive, whatever folder they are in. */
export async function readAdapterFiles(files: readonly File[]): Promise<FolderFile[]> {
  const found = await Promise.all(
    files.map(async (file): Promise<FolderFile[]> => {
      const bytes = new Uint8Array(await file.arrayBuffer())
      return file.name.toLowerCase().endsWith('.zip')
        ? unpack(file.name, bytes)
        : [{ name: file.name, bytes }]
    }),
  )
  const all = found.flat()
  const missing = ['adapter_config.json', 'adapter_model.safetensors'].filter(
    (name) => !all.some((file) => file.name === name),
  )
  if (missing.length > 0) {
    throw new Error(
      `Expected the files of an adapter, or a .zip with them: there is no ${missing.join(' and no ')} among ${namesOf(all)}.`,
    )
  }
  return all
}

async function unpack(archive: string, bytes: Uint8Array): Promise<FolderFile[]> {
  const { unzipSync } = await import('fflate')
  let total = 0
  let unpacked: { [path: string]: Uint8Array }
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ originalSize }) => (total += originalSize) <= mostBytes,
    })
  } catch (error) {
    throw new Error(
      `${archive}: expected a .zip archive, got a file that is none (${(error as Error).message}).`,
    )
  }
  if (total > mostBytes) {
    throw new Error(`${archive}: expected at most 64 MiB unpacked, got ${Math.ceil(total / 2 ** 20)} MiB.`)
  }
  return Object.entries(unpacked)
    .filter(([path]) => !path.endsWith('/') && !path.startsWith('__MACOSX/'))
    .map(([path, bytes]) => ({ name: path.slice(path.lastIndexOf('/') + 1), bytes }))
}

function namesOf(files: readonly FolderFile[]): string {
  const names = files.map(({ name }) => name)
  const shown = names.slice(0, 5).join(', ')
  return names.length === 0 ? 'no files' : names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}
