import { createHash } from 'node:crypto'
import { readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What stands in the way of the page, in one sentence. */
export class PreparationError extends Error {}

/** How a base is made, by the options of `gyre pretrain`. */
export interface PretrainingOptions {
  readonly [option: string]: string | number
}

interface Preparing {
  /** The folder in which pre-trained bases are kept. */
  readonly cache: string
  /** Writes the base of a file into a folder. */
  readonly pretrain: (file: string, out: string, options: PretrainingOptions) => void
}

/** The folder of a pre-trained base; a whole one is never made again, and a half one never taken for it. */
export async function preparedBase(
  name: string,
  file: string,
  { cache, pretrain }: Preparing,
): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new PreparationError(`${file}: there is no such file`)
  })
  // Raise the number when the code makes others of the same file.
  const hash = createHash('sha256').update(`1\n${text}`).digest('hex').slice(0, 12)
  const folder = join(cache, `${name}-${hash}`)
  if (await exists(folder)) return folder
  const { gyre_pretraining: options } = JSON.parse(text) as { readonly gyre_pretraining: PretrainingOptions }
  const aside = `${folder}.${process.pid}`
  process.stderr.write(`The page's ${name} is pre-trained, once, and kept in ${cache}\n`)
  try {
    pretrain(file, aside, options)
    await rename(aside, folder).catch(async (error) => {
      // Another process was faster.
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return folder
}

function exists(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  )
}
