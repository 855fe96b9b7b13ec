import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './packages/workspace-package.js'

/** What git tracks; undefined in a copy that is not a checkout. */
const tracked = existsSync(join(root, '.git'))
  ? execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z'], { cwd: root, encoding: 'utf8' })
      .split('\0')
      // A file may be deleted and its deletion not committed yet.
      .filter((path) => path !== '' && existsSync(join(root, path)))
  : undefined

const isBinary = (path: string): boolean => /\.(safetensors|gz|png)$/.test(path)

describe.skipIf(!tracked)('the repository', () => {
  const files = tracked ?? []
  const texts = files.filter((path) => !isBinary(path))

  it('has these folders and root files, and no others', () => {
    const folders = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]))
    expect([...folders].sort()).toEqual(['.ci', 'benchmarks', 'docs', 'packages', 'test'])
    expect(files.filter((path) => !path.includes('/')).sort()).toEqual([
      '.gitattributes',
      '.gitignore',
      '.npmrc',
      'CHANGELOG.md',
      'CITATION.cff',
      'LICENSE',
      'README.md',
      'biome.json',
      'package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'tsconfig.base.json',
      'tsconfig.json',
      'turbo.json',
      'vitest.config.ts',
    ])
  })

  it('names no path of a machine and no host of a registry', () => {
    const traces = /(?<![\w.])\/(?:work|home|root|Users)\/\w|registry\.\w+\.|\w\.registry\./
    // Line by line, so that a failure shows where.
    const found = texts.flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, index) => (traces.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    )
    expect(found).toEqual([])
  })

  it('locks packages by version and hash, not by address', () => {
    expect(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')).not.toMatch(/https?:|tarball/)
  })

  it('holds no large file but the corpora, which take at most 5 MB together', () => {
    const size = (path: string): number => statSync(join(root, path)).size
    const corpora = files.filter((path) => path.startsWith('packages/data/corpora/'))
    expect(corpora.reduce((sum, path) => sum + size(path), 0)).toBeLessThan(5e6)
    expect(files.filter((path) => !corpora.includes(path) && size(path) > 1e6)).toEqual([])
  })

  describe('has sources that can be read at a sitting:', () => {
    const lines = files
      .filter((path) => /^(packages\/\w+\/src|docs\/playground|benchmarks|test)\/.*\.tsx?$/.test(path))
      .map((path) => ({ path, count: readFileSync(join(root, path), 'utf8').split('\n').length }))

    it('400 lines at most', () => {
      expect(lines.filter(({ count }) => count > 400)).toEqual([])
    })

    // Tests may be longer than what they test.
    it.each(['packages', 'docs/playground', 'benchmarks'])('in %s, nine of ten under 200', (folder) => {
      const sources = lines.filter(({ path }) => path.startsWith(`${folder}/`) && !path.endsWith('.test.ts'))
      expect(sources.filter(({ count }) => count > 200).length).toBeLessThan(sources.length / 10)
    })
  })
})
