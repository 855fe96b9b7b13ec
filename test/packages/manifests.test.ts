import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root, workspacePackages } from './workspace-package.js'

const licence = readFileSync(join(root, 'LICENSE'), 'utf8')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

describe.each(workspacePackages.map((each) => [each.name, each] as const))('%s', (_name, each) => {
  const { manifest, folder } = each

  it('is an ES module under the MIT licence, without side effects, at the version of the project', () => {
    expect(manifest).toMatchObject({ type: 'module', license: 'MIT', sideEffects: false, version })
    expect(manifest.description.length).toBeGreaterThan(10)
  })

  it('carries a README and the licence', () => {
    expect(existsSync(join(folder, 'README.md'))).toBe(true)
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(licence)
  })

  it('publishes the build and the sources that its source maps name, without tests', () => {
    expect(manifest.files.slice(0, 3)).toEqual(['dist', 'src', '!src/**/*.test.ts'])
  })

  it('offers the source first, then types, then JavaScript, for each entry', () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (entry === './package.json') continue
      const source = join(each.sourceOf(entry))
      expect(existsSync(join(folder, source))).toBe(true)
      const built = source.replace(/^src/, './dist').replace(/\.ts$/, '')
      expect(target).toEqual({
        '@gyre/source': `./${source}`,
        types: `${built}.d.ts`,
        default: `${built}.js`,
      })
      expect(Object.keys(target)).toEqual(['@gyre/source', 'types', 'default'])
    }
  })
})

describe('the command', () => {
  it('starts a built file that knows its interpreter', () => {
    const gyre = workspacePackages.find(({ name }) => name === 'gyre')!
    expect(gyre.manifest.publishConfig?.bin).toEqual({ gyre: './dist/main.js' })
    expect(readFileSync(join(gyre.folder, 'src/main.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
})
