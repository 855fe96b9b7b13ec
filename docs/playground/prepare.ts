import { spawnSync } from 'node:child_process'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { corpora } from '@gyre/data'
import { PreparationError, type PretrainingOptions, preparedBase } from './prepared-base.js'

// Makes what the page fetches beside its scripts: two base models, pre-trained once and then kept, and the built-in
// texts.
//
//   --bases DIR   decoder.json and encoder.json: configurations in Hugging Face's form, and how they are pre-trained
//   --cache DIR   where pre-trained bases are kept; default `.gyre/playground` in the repository
//   --out DIR     where `bases/` and `data/` go; default the folder `public` beside this file

const root = new URL('../../', import.meta.url)
const path = (relative: string): string => fileURLToPath(new URL(relative, root))
const commandLine = path('packages/gyre/src/main.ts')

try {
  const { bases, cache, out } = readOptions()
  // One after the other: each uses all processors.
  for (const name of ['decoder', 'encoder']) {
    const folder = await preparedBase(name, join(bases, `${name}.json`), { cache, pretrain })
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

function readOptions(): { readonly bases: string; readonly cache: string; readonly out: string } {
  try {
    const { values } = parseArgs({
      options: {
        bases: { type: 'string', default: path('docs/playground/bases/') },
        cache: { type: 'string', default: path('.gyre/playground/') },
        out: { type: 'string', default: path('docs/playground/public/') },
      },
    })
    return values
  } catch (error) {
    throw new PreparationError((error as Error).message)
  }
}

function pretrain(config: string, out: string, options: PretrainingOptions): void {
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
