import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'
import { fixturePath } from './fixture-files.js'
import { complaintOf, gyre, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'

const { missing } = await findGpu()

interface ReportJson {
  readonly model: { readonly name: string; readonly architecture: string; readonly parameters: number }
  readonly methods: readonly {
    readonly method: string
    readonly parameters: number
    readonly headParameters: number
    readonly adapterFlopsPerToken: number
    readonly frozenParameters: number
    readonly storedParameters: number
    readonly targets: readonly string[]
    readonly closedForm: { readonly parameters: number; readonly adapterFlopsPerToken: number } | null
  }[]
}

// The time that a test waits for its turn counts too.
const timeout = 240_000

describe.concurrent('gyre report', { timeout }, () => {
  for (const [preset, p, lora, bca] of [
    ['roberta-base', 768, 294912, 18432],
    ['roberta-large', 1024, 786432, 49152],
  ] as const) {
    it(`says ${lora} and ${bca} for ${preset}, as JSON and nothing else`, async () => {
      const methods = `lora:r=8,bca:p=${p},full`
      const args = ['--model', preset, '--methods', methods, '--targets', 'query,value', '--json']
      const { code, stdout, stderr } = await gyre('report', ...args)
      expect([code, stderr]).toEqual([0, ''])
      const report = JSON.parse(stdout) as ReportJson
      expect(report.model.name).toBe(preset)
      expect(report.methods.map(({ method }) => method)).toEqual(['lora:r=8', `bca:p=${p}`, 'full'])
      const [first, second, full] = report.methods
      expect([first!.parameters, second!.parameters]).toEqual([lora, bca])
      expect(full!.parameters + full!.headParameters).toBe(report.model.parameters)
      for (const { adapterFlopsPerToken, closedForm } of [first!, second!]) {
        expect(adapterFlopsPerToken).toBeCloseTo(closedForm!.adapterFlopsPerToken, 6)
      }
    })
  }

  it('reads a folder’s config.json and no weights', async () => {
    const folder = fixturePath('models/llama-tiny')
    const args = ['--model', folder, '--methods', 'bca:p=16', '--targets', 'q_proj', '--sequence-length', '8']
    const report = await jsonOf<ReportJson>('report', ...args)
    expect(report.model.architecture).toBe('LlamaForCausalLM')
    expect(report.methods[0]).toMatchObject({ parameters: (2 * 64 * 64) / 16, headParameters: 0 })
  })

  it('counts the memory of a step with and without activation checkpointing', async () => {
    const args = [
      '--model',
      fixturePath('models/llama-tiny'),
      '--methods',
      'full',
      '--sequence-length',
      '8',
      '--memory',
    ]
    expect(await outputOf('report', ...args)).toMatch(/^full +no +.*\nfull +yes +/m)
  })

  it('counts all methods on a model of seven billion parameters', async () => {
    const report = await jsonOf<ReportJson>('report', '--model', 'llama2-7b', '--methods', 'all')
    const row = (name: string) => report.methods.find(({ method }) => method === name)!
    expect(report.model.parameters).toBe(6_738_415_616)
    for (const [name, trained, frozen] of [
      ['lora:r=64', 33_554_432, 0],
      ['vera:r=1024', 327_680, 2 * 1024 * 4096],
      ['fourierft:n=1000', 64_000, 128_000],
      ['bca:p=512', 2_097_152, 0],
      ['bca:p=4096', 262_144, 0],
      ['c3a:p=4096', 262_144, 0],
      ['cdvft:alpha=1', 64 * 3 * 4096, 0],
    ] as const) {
      expect(row(name), name).toMatchObject({
        parameters: trained,
        frozenParameters: frozen,
        storedParameters: trained + frozen,
      })
    }
    for (const { method, parameters, adapterFlopsPerToken, closedForm } of report.methods) {
      if (closedForm === null) continue
      expect(closedForm.parameters, method).toBe(parameters)
      expect(adapterFlopsPerToken / closedForm.adapterFlopsPerToken, method).toBeCloseTo(1, 9)
    }
  })

  it('adapts what makes queries and values unless told otherwise', async () => {
    const args = ['--model', 'gpt2', '--methods', 'lora:r=1', '--sequence-length', '4']
    const report = await jsonOf<ReportJson>('report', ...args)
    expect(report.methods[0]!.targets).toEqual(['c_attn'])
  })

  it('says how the paper counts', async () => {
    expect(await outputOf('report', '--claims')).toMatch(
      /^14× fewer parameters than VeRA$[\s\S]* 0\.16 +no$/m,
    )
  })

  it('prints Markdown', async () => {
    const args = ['--model', fixturePath('models/roberta-tiny-cls'), '--methods', 'full,head']
    const stdout = await outputOf('report', ...args, '--sequence-length', '8', '--markdown')
    expect(stdout).toMatch(/^\| method +\|.*\n\| -+ \|.*\n\| full +\|.*\n\| head +\|/m)
  })
})

describe.concurrent('gyre report fails with one sentence', { timeout }, () => {
  const folder = temporaryFolder()
  const options = {
    '--model': 'roberta-base',
    '--methods': 'bca:p=64',
    '--targets': 'query',
    '--sequence-length': '8',
  }

  const failure = (changed: { readonly [option: string]: string }): Promise<string> =>
    complaintOf('report', ...Object.entries({ ...options, ...changed }).flat())

  it('for a model that is neither a preset nor a folder', async () => {
    expect(await failure({ '--model': 'roberta-bass' })).toBe(
      '--model roberta-bass: expected roberta-base, roberta-large, bert-base, gpt2, llama2-7b, llama3-8b, or a folder with config.json',
    )
  })

  it('for a folder whose config.json is missing, or is no configuration', async () => {
    expect(await failure({ '--model': folder })).toBe(`${folder}/config.json: there is no such file`)
    writeFileSync(join(folder, 'config.json'), '{"model_type": "gpt5"}')
    expect(await failure({ '--model': folder })).toBe(
      `${folder}/config.json: model_type is "gpt5"; expected "bert", "gpt2", "llama" or "roberta"`,
    )
  })

  it('without a model or methods', async () => {
    expect(await complaintOf('report', '--model', 'gpt2')).toBe(
      'what is reported on? expected --model and --methods, --results, or --claims',
    )
  })

  it('for an unknown method', async () => {
    expect(await failure({ '--methods': 'dora' })).toMatch(
      /^method 'dora': unknown method 'dora'; expected one of .*bca.*lora.*full, head$/,
    )
  })

  it('for a target that matches nothing, naming the nearest', async () => {
    expect(await failure({ '--targets': 'quary' })).toMatch(
      /^target 'quary' matches no linear layer; the nearest are query, /,
    )
  })

  it('for a block size that does not divide, naming the common divisors', async () => {
    expect(await failure({ '--methods': 'bca:p=100' })).toMatch(
      /attention\.self\.query: block size 100 does not divide both sides of \[768, 768\]; their common divisors are 1, 2, 3, .*768$/,
    )
  })

  it('for an unknown flag and a batch size that is no number', async () => {
    expect(await failure({ '--metods': 'bca' })).toMatch(/^unknown option '--metods'/)
    expect(await failure({ '--batch-size': 'many' })).toMatch(/--batch-size.*'many'.*expected an integer ≥ 1/)
  })

  it('for more tokens than the model has positions', async () => {
    expect(await failure({ '--sequence-length': '600' })).toBe(
      'sequence length 600: roberta-base is trained on 1 to 512 tokens at a time',
    )
  })
})

describe.concurrent('gyre doctor', { timeout }, () => {
  interface Found {
    readonly gyre: string
    readonly kernels: { readonly [op: string]: string }
    readonly backends: { readonly [name: string]: object }
    readonly fallbacks: { readonly [op: string]: string }
    readonly gpuTransforms: readonly string[]
  }

  it('says what there is, as JSON and nothing else on standard output', async () => {
    const found = await jsonOf<Found>('doctor', '--backend', 'js')
    expect(found).toMatchObject({ node: process.version, backend: 'js', threads: 1, fallbacks: {} })
    expect(found.gyre).toMatch(/^\d+\.\d+\.\d+/)
    expect(found.backends).toMatchObject({
      js: { available: true },
      // Where it is not in use, it is looked for all the same.
      wasm: { available: true },
      gpu: { available: missing === undefined },
    })
    expect(found.kernels).toMatchObject({ matmul: 'reference', blockCirculant: 'reference' })
  })

  it('finds WebAssembly with fused multiply-add by itself, and says what has no kernel and why', async () => {
    const { stdout, stderr } = await gyre('doctor', '--threads', '2', '--json')
    expect(stderr).toBe('backend: wasm (relaxed-simd, 2 threads)\n')
    const found = JSON.parse(stdout) as Found
    const switchedOn = process.versions.node.startsWith('20.')
    expect(found).toMatchObject({ backend: 'wasm', threads: 2, smallestTransformedBlock: expect.any(Number) })
    expect(found.backends.wasm).toMatchObject({ available: true, variant: 'relaxed-simd', switchedOn })
    expect(found.kernels).toMatchObject({
      matmul: 'relaxed-simd',
      blockCirculant: 'relaxed-simd',
      sin: 'reference',
    })
    expect(found.fallbacks.sin).toMatch(/float32/)
  })

  it('shows the same as a table', async () => {
    const table = await outputOf('doctor', '--backend', 'wasm', '--threads', '1')
    expect(table).toMatch(/^threads +1 \(\d+ processors\)$/m)
    expect(table).toMatch(/^backend wasm +available, in use: relaxed-simd/m)
    expect(table).toMatch(/^falls back .*sin, cos: angles/m)
  })

  it.skipIf(missing !== undefined)(
    'names the adapter, its driver, limits and features, and the kernels on the GPU',
    async () => {
      const found = await jsonOf<Found>('doctor', '--backend', 'gpu')
      expect(found).toMatchObject({ backend: 'gpu', fallbacks: { reshape: 'it is a view' } })
      expect(found.backends.gpu).toMatchObject({
        available: true,
        adapter: expect.any(String),
        driver: expect.any(String),
        features: expect.arrayContaining(['core-features-and-limits']),
        limits: { maxStorageBuffersPerShaderStage: expect.any(Number) },
      })
      expect(found.kernels).toMatchObject({ matmul: 'wgsl', blockCirculant: 'wgsl' })
      expect(found.gpuTransforms).toEqual([
        'gpu.js webgpu radix-2',
        'gpu.js webasm radix-2',
        'gpu.js cpu radix-2',
        expect.stringMatching(/^wgsl/),
      ])
      expect(await outputOf('doctor', '--backend', 'gpu')).toMatch(/^backend gpu +available, in use: /m)
    },
  )
})
