import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'
import { blocksOf, outputsOf, promisedOutput, root } from './markdown-examples.js'

const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'README.md')),
)

const noGpu = (await findGpu()).missing !== undefined
const runs = (name: string): boolean => name !== 'gpu' || !noGpu

/** The TypeScript of a package's README, block by block. */
function examplesOf(name: string): string[] {
  const text = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8')
  return blocksOf(text).flatMap(({ info, text }) => (info === 'ts' ? [text] : []))
}

function importsOf(example: string): string[] {
  const specifiers = [...example.matchAll(/(?:from|import) '([^']+)'/g)].map(([, specifier]) => specifier!)
  return specifiers.map((specifier) => specifier.split('/').slice(0, 2).join('/'))
}

/** What the examples of each package printed. As files of the package, they find what its users would find. */
const printed = new Map<string, string[][]>()
beforeAll(async () => {
  const sets = packages.filter(runs).map((name) => ({
    name,
    folder: join(root, 'packages', name),
    texts: examplesOf(name),
  }))
  const outputs = await outputsOf(sets)
  for (const [i, { name }] of sets.entries()) printed.set(name, outputs[i]!)
}, 120_000)

describe.each(packages)('the README of %s', (name) => {
  const examples = examplesOf(name)

  const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

  if (examples.length === 0) {
    it('has no example only for the command line, whose README shows commands', () => {
      expect(manifest.publishConfig?.bin).toBeDefined()
    })
    return
  }

  it('imports the package itself and what it depends on', () => {
    const imported = examples.flatMap(importsOf)
    expect(imported).toContain(manifest.name)
    const allowed = [manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })]
    for (const specifier of imported) if (!specifier.startsWith('node:')) expect(allowed).toContain(specifier)
  })

  it.skipIf(!runs(name))('prints what it says', () => {
    const promised = examples.map(promisedOutput)
    expect(promised.flat().length).toBeGreaterThan(0)
    expect(printed.get(name)).toEqual(promised)
  })
})
