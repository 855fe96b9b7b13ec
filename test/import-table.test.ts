import { describe, expect, it } from 'vitest'
import { importsOf, type WorkspacePackage, workspacePackages } from './packages/workspace-package.js'

/** What each package is built on. A package may also import what those import. */
const table: { readonly [name: string]: readonly string[] } = {
  '@gyre/fft': [],
  '@gyre/safetensors': [],
  '@gyre/tensor': ['@gyre/fft'],
  '@gyre/autograd': ['@gyre/tensor'],
  '@gyre/graph': ['@gyre/tensor'],
  '@gyre/nn': ['@gyre/tensor', '@gyre/autograd'],
  '@gyre/adapters': ['@gyre/nn', '@gyre/safetensors'],
  '@gyre/circulant': ['@gyre/adapters'],
  '@gyre/transformers': ['@gyre/graph', '@gyre/nn', '@gyre/safetensors'],
  '@gyre/data': ['@gyre/tensor'],
  '@gyre/train': ['@gyre/graph', '@gyre/circulant', '@gyre/transformers', '@gyre/data'],
  '@gyre/report': ['@gyre/graph', '@gyre/train'],
  '@gyre/wasm': ['@gyre/graph'],
  '@gyre/gpu': ['@gyre/fft', '@gyre/graph'],
  gyre: ['@gyre/report', '@gyre/wasm', '@gyre/gpu'],
}

/** What comes from outside the project. */
const thirdParty: { readonly [name: string]: readonly string[] } = {
  '@gyre/data': ['@huggingface/tokenizers'],
  gyre: ['bullmq', 'cli-progress', 'commander', 'ioredis', 'yaml'],
  '@gyre/fft': ['gpu.js', 'webgpu'],
  '@gyre/report': ['@observablehq/plot', 'linkedom'],
}

/** Everything below a package in the table; a package that turns up below itself is a cycle. */
function below(name: string, above: readonly string[] = []): Set<string> {
  if (above.includes(name)) throw new Error(`the table has a cycle: ${[...above, name].join(' → ')}`)
  const direct = table[name] ?? []
  return new Set(direct.flatMap((other) => [other, ...below(other, [...above, name])]))
}

const isOurs = (name: string): boolean => name === 'gyre' || name.startsWith('@gyre/')
const isNode = (name: string): boolean => name.startsWith('node:')
const entries = ({ manifest }: WorkspacePackage): string[] =>
  Object.keys(manifest.exports).filter((entry) => entry !== './package.json')

describe('the import table', () => {
  it('has a row for every package and no other', () => {
    expect(workspacePackages.map(({ name }) => name).sort()).toEqual(Object.keys(table).sort())
  })

  it('has no cycle', () => {
    for (const name of Object.keys(table)) expect(() => below(name)).not.toThrow()
  })

  it('is read from every kind of import', () => {
    const source = [
      "import type { A } from 'a'",
      "import b, { type B } from 'b'",
      "import 'c'",
      "export * from 'd'",
      "export { e } from 'e'",
      "const f = await import('f')",
      "// import 'g'",
      "const text = `import 'h'`",
    ]
    expect(importsOf(source.join('\n')).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})

describe.each(workspacePackages.map((each) => [each.name, each] as const))('%s', (name, each) => {
  const imports = [...each.imports]

  it('imports only what its row allows', () => {
    const allowed = below(name)
    expect(imports.filter((other) => isOurs(other) && !allowed.has(other))).toEqual([])
    const outside = imports.filter((other) => !isOurs(other) && !isNode(other))
    expect(outside.sort()).toEqual([...(thirdParty[name] ?? [])].sort())
  })

  it('declares what it imports, and nothing else', () => {
    const { dependencies = {}, peerDependencies = {} } = each.manifest
    const imported = imports.filter((other) => !isNode(other) && !(other in peerDependencies))
    // What it imports may leave it to its users to bring a package, and so to this one.
    const brought = workspacePackages
      .filter((other) => other.name in dependencies)
      .flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
      .filter((other) => other in dependencies)
    expect([...new Set([...imported, ...brought])].sort()).toEqual(Object.keys(dependencies).sort())
  })

  it('imports Node’s modules only behind a /node entry, or is a command', () => {
    if (each.manifest.publishConfig?.bin) return
    const reached = entries(each)
      .filter((entry) => entry !== './node')
      .flatMap((entry) => [...each.reachedFrom(each.sourceOf(entry))])
    const ofNode = reached.flatMap((file) =>
      each.files
        .get(file)!
        .filter((specifier) => isNode(specifier) || specifier.endsWith('/node'))
        .map((specifier) => `${file} imports ${specifier}`),
    )
    expect(ofNode).toEqual([])
  })

  it('has no source that nothing reaches', () => {
    const commands = ['src/main.ts', 'src/compare/adapt-worker.ts', 'src/sweep/cell-worker.ts'].filter(
      (file) => each.files.has(file),
    )
    const starts = [...entries(each).map((entry) => each.sourceOf(entry)), ...commands]
    const reached = new Set(starts.flatMap((start) => [...each.reachedFrom(start)]))
    expect([...each.files.keys()].filter((file) => !reached.has(file))).toEqual([])
  })
})
