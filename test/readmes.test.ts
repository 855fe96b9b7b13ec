import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'
import { blocksOf, outputsOf, promisedOutput, root } from './markdown-examples.js'

const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'README.md')),
)

const noGpu = (await findGpu()).missing !== undefined

/** The first TypeScript block of a package's README. */
function exampleOf(name: string): string | undefined {
  const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
  return blocksOf(text).find(({ info }) => info === 'ts')?.text
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
      expect(manifest.publishConfig?.bin).toBeDefined()
    })
    return
  }

  it('imports the package itself and what it depends on', () => {
    const imported = importsOf(example)
    expect(imported).toContain(manifest.name)
    const allowed = [manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })]
    for (const specifier of imported) if (!specifier.startsWith('node:')) expect(allowed).toContain(specifier)
  })

  it.skipIf(name === 'gpu' && noGpu)('prints what it says', async () => {
    const promised = promisedOutput(example)
    expect(promised.length).toBeGreaterThan(0)
    // As a file of the package, it finds what the package's users would find.
    const outputs = await outputsOf(join(root, 'packages', name), [example])
    expect(outputs).toEqual([promised])
  })
})
