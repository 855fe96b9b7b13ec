import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from './fixture-files.js'

const root = fileURLToPath(new URL('..', import.meta.url))

function gyre(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const entry = join(root, 'packages/gyre/src/main.ts')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@gyre/source', '--import=tsx', entry, ...args],
    { cwd: root, encoding: 'utf8' },
  )
  return { code: status, stdout, stderr }
}

interface ReportJson {
  readonly model: { readonly name: string; readonly architecture: string; readonly parameters: number }
  readonly methods: readonly {
    readonly method: string
    readonly parameters: number
    readonly headParameters: number
    readonly adapterFlopsPerToken: number
    readonly closedForm: { readonly adapterFlopsPerToken: number } | null
  }[]
}

describe('gyre report', () => {
  for (const [preset, p, lora, bca] of [
    ['roberta-base', 768, 294912, 18432],
    ['roberta-large', 1024, 786432, 49152],
  ] as const) {
    it(`says ${lora} and ${bca} for ${preset}, as JSON and nothing else`, () => {
      const methods = `lora:r=8,bca:p=${p},full`
      const args = ['--model', preset, '--methods', methods, '--targets', 'query,value', '--json']
      const { code, stdout, stderr } = gyre('report', ...args)
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

  it('reads a folder’s config.json and no weights', () => {
    const folder = fixturePath('models/llama-tiny')
    const args = ['--model', folder, '--methods', 'bca:p=16', '--targets', 'q_proj', '--sequence-length', '8']
    const { code, stdout } = gyre('report', ...args, '--json')
    const report = JSON.parse(stdout) as ReportJson
    expect([code, report.model.architecture]).toEqual([0, 'LlamaForCausalLM'])
    expect(report.methods[0]).toMatchObject({ parameters: (2 * 64 * 64) / 16, headParameters: 0 })
  })

  it('prints Markdown', () => {
    const args = ['--model', fixturePath('models/roberta-tiny-cls'), '--methods', 'full,head']
    const { code, stdout } = gyre('report', ...args, '--sequence-length', '8', '--markdown')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\| method +\|.*\n\| -+ \|.*\n\| full +\|.*\n\| head +\|/m)
  })
})

describe('gyre report fails with one sentence', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gyre-report-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const options = {
    '--model': 'roberta-base',
    '--methods': 'bca:p=64',
    '--targets': 'query',
    '--sequence-length': '8',
  }

  /** The sentence on standard error, and with it: a code that is not 0, no output, no stack. */
  function failure(changed: { readonly [option: string]: string }): string {
    const { code, stdout, stderr } = gyre('report', ...Object.entries({ ...options, ...changed }).flat())
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).not.toContain('    at ')
    return stderr.replace('\n\n(add --help for what this command takes)', '').trimEnd()
  }

  it('for a model that is neither a preset nor a folder', () => {
    expect(failure({ '--model': 'roberta-bass' })).toBe(
      'error: --model roberta-bass: expected roberta-base, roberta-large, or a folder with config.json',
    )
  })

  it('for a folder whose config.json is missing, or is no configuration', () => {
    expect(failure({ '--model': folder })).toBe(`error: ${folder}/config.json: there is no such file`)
    writeFileSync(join(folder, 'config.json'), '{"model_type": "gpt5"}')
    expect(failure({ '--model': folder })).toBe(
      `error: ${folder}/config.json: model_type is "gpt5"; expected "llama" or "roberta"`,
    )
  })

  it('for an unknown method', () => {
    expect(failure({ '--methods': 'dora' })).toMatch(
      /^error: method 'dora': unknown method 'dora'; expected one of .*bca.*lora.*full, head$/,
    )
  })

  it('for a target that matches nothing, naming the nearest', () => {
    expect(failure({ '--targets': 'quary' })).toMatch(
      /^error: target 'quary' matches no linear layer; the nearest are query, /,
    )
  })

  it('for a block size that does not divide, naming the common divisors', () => {
    expect(failure({ '--methods': 'bca:p=100' })).toMatch(
      /^error: .*attention\.self\.query: block size 100 does not divide both sides of \[768, 768\]; their common divisors are 1, 2, 3, .*768$/,
    )
  })

  it('for an unknown flag and a batch size that is no number', () => {
    expect(failure({ '--metods': 'bca' })).toMatch(/^error: unknown option '--metods'/)
    expect(failure({ '--batch-size': 'many' })).toMatch(/--batch-size.*'many'.*expected an integer ≥ 1/)
  })

  it('for more tokens than the model has positions', () => {
    expect(failure({ '--sequence-length': '600' })).toBe(
      'error: sequence length 600: roberta-base is trained on 1 to 512 tokens at a time',
    )
  })
})

describe('gyre doctor', () => {
  it('says what there is, as JSON and nothing else on standard output', () => {
    const { code, stdout } = gyre('doctor', '--json')
    expect(code).toBe(0)
    const found = JSON.parse(stdout) as {
      gyre: string
      node: string
      backend: string
      kernels: { [op: string]: string }
      backends: { [name: string]: { available: boolean } }
    }
    expect(found).toMatchObject({ node: process.version, backend: 'js', threads: 1, fallbacks: [] })
    expect(found.gyre).toMatch(/^\d+\.\d+\.\d+/)
    expect(found.backends).toMatchObject({ js: { available: true }, gpu: { available: false } })
    expect(found.kernels).toMatchObject({ matmul: 'reference', blockCirculant: 'reference' })
  })

  it('refuses a backend that this version does not have', () => {
    const { code, stderr } = gyre('doctor', '--backend', 'gpu')
    expect(code).toBe(1)
    expect(stderr).toBe(
      'error: --backend gpu: this version of Gyre has no gpu backend; expected auto or js\n',
    )
  })
})
