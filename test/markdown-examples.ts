import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** A fenced block of a Markdown text. */
export interface Block {
  /** What stands behind the opening fence: `ts`, `sh`, `ts no-run`. */
  readonly info: string
  readonly text: string
  /** The nearest heading above it. */
  readonly heading: string
}

/** Every fenced block, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  let open: { info: string; lines: string[] } | undefined
  for (const line of markdown.split('\n')) {
    if (open && line === '```') {
      blocks.push({ info: open.info, text: `${open.lines.join('\n')}\n`, heading })
      open = undefined
    } else if (open) open.lines.push(line)
    else if (line.startsWith('```')) open = { info: line.slice(3).trim(), lines: [] }
    else heading = /^#+ (.*)/.exec(line)?.[1] ?? heading
  }
  return blocks
}

/** What stands behind `// prints`, in order: a line of output each. */
export function promisedOutput(example: string): string[] {
  return [...example.matchAll(/\/\/ prints (.*)$/gm)].map(([, line]) => line!.trimEnd())
}

/** Examples that belong together, and the folder whose packages they find. */
export interface Examples {
  readonly folder: string
  readonly texts: readonly string[]
}

/**
 * Runs examples one after the other in one process, each as a file of its folder, so that they find the packages
 * that code there would find. Gives the lines that each of them printed, set by set; an error is printed too. Every
 * set begins with the backend that a process begins with.
 */
export async function outputsOf(sets: readonly Examples[]): Promise<string[][][]> {
  const scratches: string[] = []
  const scratchIn = async (folder: string): Promise<string> => {
    await mkdir(join(folder, '.gyre'), { recursive: true })
    const scratch = await mkdtemp(join(folder, '.gyre', 'examples-'))
    scratches.push(scratch)
    return scratch
  }
  try {
    const lines = ["import { getBackend, setBackend } from '@gyre/tensor'", 'const backend = getBackend()']
    for (const { folder, texts } of sets) {
      const scratch = await scratchIn(folder)
      for (const [index, text] of texts.entries()) {
        const file = join(scratch, `example-${index}.ts`)
        await writeFile(file, text)
        lines.push(`await import('${pathToFileURL(file).href}').catch((error) => console.log(error))`)
        lines.push(`console.log('${separator}')`)
      }
      lines.push('setBackend(backend)')
    }
    const runner = join(await scratchIn(root), 'run.mjs')
    await writeFile(runner, lines.join('\n'))
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@gyre/source', '--import=tsx', runner],
      { cwd: root },
    )
    const outputs = stdout.split(`${separator}\n`).slice(0, -1).map(linesOf)
    return sets.map(({ texts }) => outputs.splice(0, texts.length))
  } finally {
    await Promise.all(scratches.map((scratch) => rm(scratch, { recursive: true, force: true })))
  }
}

const separator = '\u241e end of example'

/** Lines as `// prints` writes them: an array that Node prints as columns on several lines is one line. */
export function linesOf(output: string): string[] {
  return output
    .replace(/\[\n +/g, '[ ')
    .replace(/,\n +/g, ', ')
    .replace(/\n\]/g, ' ]')
    .replace(/, +/g, ', ')
    .split('\n')
    .slice(0, -1)
}
