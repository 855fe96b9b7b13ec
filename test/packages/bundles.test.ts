import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { root, workspacePackages } from './workspace-package.js'

/** A module bundled and minified for a browser, from the sources. */
async function bundle(source: string, folder = root): Promise<{ bytes: number; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@gyre/source'],
    absWorkingDir: root,
    logLevel: 'silent',
  })
  // An input that contributes nothing was shaken out.
  const [output] = Object.values(metafile.outputs)
  const inputs = Object.keys(output!.inputs).filter((input) => output!.inputs[input]!.bytesInOutput > 0)
  return { bytes: outputFiles[0]!.contents.length, inputs }
}

const libraries = workspacePackages.filter(({ manifest }) => '.' in manifest.exports)

describe('in a bundle for browsers', () => {
  it.each(libraries.map((each) => [each.name, each.folder]))(
    '%s needs nothing of Node',
    async (name, folder) => {
      const { bytes } = await bundle(`export * from '${name}'`, folder)
      expect(bytes).toBeGreaterThan(1000)
    },
  )

  it('an entry for Node is refused', async () => {
    await expect(bundle("export * from '@gyre/safetensors/node'")).rejects.toThrow(/node:/)
  })

  it('one op brings neither the catalogue nor the ops that it does not use', async () => {
    const { bytes, inputs } = await bundle("export { add } from '@gyre/tensor'")
    expect(inputs).toContain('packages/tensor/src/ops/add.ts')
    for (const absent of [
      'catalogue.ts',
      'ops/matmul.ts',
      'ops/block-circulant-backward.ts',
      'ops/attention.ts',
    ]) {
      expect(inputs).not.toContain(`packages/tensor/src/${absent}`)
    }
    expect(inputs.filter((input) => input.startsWith('packages/fft/'))).toEqual([])
    expect(bytes).toBeLessThan(20_000)
  })

  it('one adapter method does not bring another', async () => {
    const { inputs } = await bundle(
      "export { inject } from '@gyre/adapters'; export { bca } from '@gyre/circulant'",
    )
    expect(inputs).toContain('packages/circulant/src/bca/bca.ts')
    expect(inputs).not.toContain('packages/adapters/src/lora/lora.ts')
  })

  it('a transform comes alone and small', async () => {
    const { bytes, inputs } = await bundle("export { createFft } from '@gyre/fft'")
    expect(
      inputs.filter((input) => !input.startsWith('packages/fft/') && !input.startsWith('<stdin>')),
    ).toEqual([])
    expect(bytes).toBeLessThan(30_000)
  })
})
