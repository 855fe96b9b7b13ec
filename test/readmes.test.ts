import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'README.md')),
)

/** The first TypeScript block of a package's README. */
function exampleOf(name: string): string | undefined {
  const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
  return /^```ts\n([\s\S]*?)^```$/m.exec(text)?.[1]
}

/** What stands behind `// prints`, in order: a line of output each. */
function promisedOutput(example: string): string[] {
  return [...example.matchAll(/\/\/ prints (.*)$/gm)].map(([, line]) => line!.trimEnd())
}

/** Runs an example as a file of its package, so that it finds what the package's users would find. */
async function outputOf(name: string, example: string): Promise<string[]> {
  const folder = join(root, 'packages', name, '.gyre')
  const file = join(folder, `readme-example-${process.pid}.ts`)
  await mkdir(folder, { recursive: true })
  try {
    await writeFile(file, example)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@gyre/source', '--import=tsx', file],
      { cwd: root },
    )
    return joinArrays(stdout).split('\n').slice(0, -1)
  } finally {
    await rm(file, { force: true })
  }
}

/** Node prints an array of more than six numbers as columns on several lines; here it is one line. */
function joinArrays(output: string): string {
  return output
    .replace(/\[\n +/g, '[ ')
    .replace(/,\n +/g, ', ')
    .replace(/\n\]/g, ' ]')
    .replace(/, +/g, ', ')
}

function importsOf(example: string): string[] {
  const specifiers = [...example.matchAll(/(?:from|import) '([^']+)'/g)].map(([, specifier]) => specifier!)
  return specifiers.map((specifier) => specifier.split('/').slice(0, 2).join('/'))
}

describe.each(packages)('the example in the README of %s', (name) => {
  const example = exampleOf(name)

  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

  if (example === undefined) {
    it('is missing only from the command line, whose README shows commands', () => {
      expect(manifest.bin).toBeDefined()
    })
    return
  }

  it('imports the package itself and what it depends on', () => {
    const imported = importsOf(example)
    expect(imported).toContain(manifest.name)
    const allowed = [manifest.name, ...Object.keys(manifest.dependencies ?? {})]
    for (const specifier of imported) if (!specifier.startsWith('node:')) expect(allowed).toContain(specifier)
  })

  it('prints what it says', async () => {
    const promised = promisedOutput(example)
    expect(promised.length).toBeGreaterThan(0)
    expect(await outputOf(name, example)).toEqual(promised)
  })
})
