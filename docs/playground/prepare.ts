import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { corpora } from '@gyre/data'

// Makes what the page fetches beside its scripts: two base models, pre-trained once and then kept in `.gyre/`, and the
// built-in texts.
//
//   --bases DIR   decoder.json and encoder.json: configurations in Hugging Face's form, and how they are pre-trained
//   --out DIR     where `bases/` and `data/` go; default the folder `public` beside this file

const root = new URL('../../', import.meta.url)
const path = (relative: string): string => fileURLToPath(new URL(relative, root))
const commandLine = path('packages/gyre/src/main.ts')
const cache = path('.gyre/playground/')

/** The part of a base's file that says how it is made, by the options of `gyre pretrain`. */
interface BaseFile {
  readonly gyre_pretraining: { readonly [option: string]: string | number }
}

class PreparationError extends Error {}

try {
  const { bases, out } = readOptions()
  // One after the other: each uses all processors.
  for (const name of ['decoder', 'encoder']) {
    const folder = await preparedBase(name, join(bases, `${name}.json`))
    await replaceFolder(folder, join(out, 'bases', name))
  }
  await mkdir(join(out, 'data'), { recursive: true })
  const corpusFolder = path('packages/data/corpora/')
  // A server would unpack what ends in `.gz`, and the page expects the packed bytes.
  await cp(join(corpusFolder, corpora.mobyDick.file), join(out, 'data/moby-dick.bin'))
  await cp(join(corpusFolder, corpora.speeches.file), join(out, 'data/speeches.bin'))
} catch (error) {
  if (!(error instanceof PreparationError)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = 1
}

function readOptions(): { readonly bases: string; readonly out: string } {
  try {
    const { values } = parseArgs({
      options: {
        bases: { type: 'string', default: path('docs/playground/bases/') },
        out: { type: 'string', default: path('docs/playground/public/') },
      },
    })
    return values
  } catch (error) {
    throw new PreparationError((error as Error).message)
  }
}

/** The folder of a pre-trained base; a whole one is never made again, and a half one never taken for it. */
async function preparedBase(name: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new PreparationError(`${file}: there is no such file`)
  })
  // Raise the number when the code makes others of the same file.
  const hash = createHash('sha256').update(`1\n${text}`).digest('hex').slice(0, 12)
  const folder = join(cache, `${name}-${hash}`)
  if (await exists(folder)) return folder
  const { gyre_pretraining: options } = JSON.parse(text) as BaseFile
  const aside = `${folder}.${process.pid}`
  process.stderr.write(`The page's ${name} is pre-trained, once, and kept in .gyre/.\n`)
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

function pretrain(config: string, out: string, options: BaseFile['gyre_pretraining']): void {
  const flags = Object.entries({ config, out, ...options }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])
  // With the loader that this file runs with. Standard output is for whoever serves the page.
  const { status, error } = spawnSync(
    process.execPath,
    [...process.execArgv, commandLine, 'pretrain', ...flags],
    { stdio: ['ignore', 2, 'inherit'] },
  )
  if (error) throw error
  if (status !== 0) throw new PreparationError(`${config}: the base was not made; the reason is above`)
}

async function replaceFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true })
}

function exists(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  )
}
