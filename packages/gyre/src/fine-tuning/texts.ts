import { readFile } from 'node:fs/promises'
import { decodeUtf8, mobyDickText, speechesText } from '@gyre/data'
import { loadMobyDick, loadSpeeches } from '@gyre/data/node'
import { UsageError } from '../errors.js'

/** The built-in texts that `--data` may name in place of a file. */
export const builtInTexts = {
  speeches: async () => speechesText(await loadSpeeches()),
  /** Without those that the task `era` holds out: for a base model that is then measured on it. */
  'training-speeches': async () => speechesText((await loadSpeeches()).filter(({ year }) => year % 5 !== 0)),
  'moby-dick': async () => mobyDickText(await loadMobyDick()),
} as const satisfies { readonly [name: string]: () => Promise<string> }

/** The text of a file, or a built-in one by its name. */
export async function readText(data: string | undefined): Promise<string> {
  if (data === undefined) {
    throw new UsageError(`--task lm needs --data: a text file, or ${Object.keys(builtInTexts).join(' or ')}`)
  }
  if (Object.hasOwn(builtInTexts, data)) return builtInTexts[data as keyof typeof builtInTexts]()
  const bytes = await readFile(data).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UsageError(`--data ${data}: there is no such file`) : error
  })
  const text = decodeUtf8(bytes, `--data ${data}`)
  if (text.trim() === '') throw new UsageError(`--data ${data}: the file is empty`)
  return text
}
