import { type Backend, getBackend, jsBackend, setBackend } from '@gyre/tensor'
import { parseMethods } from '@gyre/train'
import { type ModelConfig, parseConfig, presets } from '@gyre/transformers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatMarkdown, formatTable } from './format-report.js'
import { type MethodReport, type Report, reportModel } from './report-model.js'

/** Keeps no numbers: whoever draws a weight, or computes anything, fails. */
const emptyBackend: Backend = {
  ...jsBackend,
  name: 'empty',
  store: () => {
    throw new Error('a report stores no numbers')
  },
  zeros: () => {
    throw new Error('a report stores no numbers')
  },
  run: () => {
    throw new Error('a report computes nothing')
  },
}

const before = getBackend()
beforeAll(() => setBackend(emptyBackend))
afterAll(() => setBackend(before))

const classifier = { targets: ['query', 'value'], modulesToSave: ['classifier'] }

function reportOf(name: keyof typeof presets, methods: string): Report {
  return reportModel({ name, config: presets[name], methods: parseMethods(methods, classifier) })
}

const llama7b: ModelConfig = parseConfig({
  model_type: 'llama',
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
})

/** A RoBERTa small enough to be counted many times. */
const small: ModelConfig = {
  ...presets['roberta-base'],
  vocabSize: 50,
  hiddenSize: 16,
  intermediateSize: 32,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
}

describe('the report of roberta-base', () => {
  const { model, methods } = reportOf('roberta-base', 'lora:r=8,bca:p=768,full,head')
  const [lora, bca, full, head] = methods as [MethodReport, MethodReport, MethodReport, MethodReport]
  const headSize = 768 * 768 + 768 + 2 * 768 + 2

  it('counts the published numbers of parameters, the head apart', () => {
    expect(model.parameters).toBe(124_647_170)
    expect([lora.parameters, bca.parameters]).toEqual([294912, 18432])
    expect([full.parameters + full.headParameters, head.parameters]).toEqual([model.parameters, 0])
    expect(methods.map(({ headParameters }) => headParameters)).toEqual(Array(4).fill(headSize))
    expect(bca.shareOfModel).toBe(18432 / 124_647_170)
    expect(methods.map(({ sites }) => sites)).toEqual([24, 24, 0, 0])
  })

  it('traces what the formulas of the methods say', () => {
    for (const method of [lora, bca]) {
      expect(method.closedForm!.parameters).toBe(method.parameters)
      expect(method.adapterFlopsPerToken).toBeCloseTo(method.closedForm!.adapterFlopsPerToken, 6)
    }
    expect(lora.adapterFlopsPerToken).toBe(24 * (2 * 8 * (768 + 768) + 768 + 768))
    expect([full.adapterFlopsPerToken, full.closedForm]).toEqual([0, null])
  })

  it('counts for an adapter about three forward passes in a step: its own, and two products backward', () => {
    for (const { adapterFlopsPerToken, adapterStepFlopsPerToken } of [lora, bca]) {
      expect(adapterStepFlopsPerToken / adapterFlopsPerToken).toBeGreaterThan(2)
      expect(adapterStepFlopsPerToken / adapterFlopsPerToken).toBeLessThan(3.1)
    }
    expect(full.adapterStepFlopsPerToken).toBe(0)
  })

  it('counts two moments for each trained number as the optimiser', () => {
    for (const { parameters, headParameters, trainingStep } of methods) {
      expect(trainingStep.optimizerBytes).toBe(4 * (2 * (parameters + headParameters) + 1))
    }
  })

  it('counts three forward passes for full fine-tuning, two for an adapter, one for the head', () => {
    const ratios = methods.map(({ trainingStep }) => trainingStep.flopsPerToken / model.forwardFlopsPerToken)
    expect(ratios.map((ratio) => Math.round(ratio))).toEqual([2, 2, 3, 1])
    for (const { trainingStep: step } of methods) {
      const parts = step.forwardFlopsPerToken + step.backwardFlopsPerToken + step.updateFlopsPerToken
      expect(step.flopsPerToken).toBeCloseTo(parts, 3)
    }
  })

  it('has a peak that holds parameters, optimiser and activations', () => {
    for (const { trainingStep } of methods) {
      expect(trainingStep.peakBytes).toBeGreaterThan(
        model.parameterBytes + trainingStep.optimizerBytes + trainingStep.activationBytes,
      )
    }
    expect(full.trainingStep.peakBytes).toBeGreaterThan(4 * model.parameterBytes)
    expect(head.trainingStep.activationBytes).toBeLessThan(lora.trainingStep.activationBytes)
  })
})

it('roberta-large has 786,432 and 49,152 parameters in its adapters', () => {
  const { methods } = reportOf('roberta-large', 'lora:r=8,bca:p=1024')
  expect(methods.map(({ parameters }) => parameters)).toEqual([786432, 49152])
})

it('frozen bases and indices are stored, and not trained', () => {
  const { methods } = reportOf('roberta-base', 'vera:r=256,fourierft:n=1000,lora:r=8')
  expect(
    methods.map(({ parameters, frozenParameters, storedParameters }) => [
      parameters,
      frozenParameters,
      storedParameters,
    ]),
  ).toEqual([
    // One pair of bases for all sites; two indices for each frequency of each site.
    [24 * (768 + 256), 2 * 256 * 768, 24 * (768 + 256) + 2 * 256 * 768],
    [24_000, 48_000, 72_000],
    [294_912, 0, 294_912],
  ])
})

it('a model of seven billion parameters is counted without one of them', () => {
  const targets = { targets: ['q_proj', 'v_proj'] }
  const { model, methods } = reportModel({
    name: 'llama-7b',
    config: llama7b,
    methods: parseMethods('lora:r=32,bca:p=1024,full', targets),
    sequenceLength: 16,
  })
  expect(model.parameters).toBe(6_738_415_616)
  expect(methods.map(({ parameters }) => parameters)).toEqual([16_777_216, 1_048_576, model.parameters])
  expect(methods.map(({ headParameters }) => headParameters)).toEqual([0, 0, 0])
})

describe('a batch', () => {
  const report = (batchSize: number, sequenceLength: number): Report =>
    reportModel({
      name: 'small',
      config: small,
      methods: parseMethods('lora:r=2,bca:p=4', classifier),
      batchSize,
      sequenceLength,
    })

  it('shares what BCA does once per call among its tokens', () => {
    const perToken = (method: number, tokens: number): number =>
      report(1, tokens).methods[method]!.adapterFlopsPerToken
    expect(perToken(0, 8)).toBe(perToken(0, 4))
    // 4 sites, 4 × 4 kernels in each, of length 4.
    expect(4 * (perToken(1, 4) - perToken(1, 8))).toBeCloseTo((4 * 16 * 2.5 * 4 * 2) / 2, 6)
    expect(report(2, 4).methods[1]!.adapterFlopsPerToken).toBeCloseTo(perToken(1, 8), 6)
  })

  it('keeps as many activations for each sequence', () => {
    const kept = (batchSize: number): number => report(batchSize, 8).methods[0]!.trainingStep.activationBytes
    expect(kept(3) - kept(2)).toBe(kept(2) - kept(1))
  })

  it('longer than the model’s positions is an error', () => {
    expect(() => report(1, 513)).toThrow('sequence length 513: small is trained on 1 to 512 tokens at a time')
    expect(() => report(0, 8)).toThrow('batch size 0: expected an integer ≥ 1')
  })
})

it('the tasks of a configuration are each traced with their own loss', () => {
  const masked = reportModel({
    name: 'small',
    config: small,
    task: 'masked-lm',
    methods: parseMethods('bca:p=4', { targets: ['query'] }),
  })
  expect([masked.model.architecture, masked.methods[0]!.headParameters]).toEqual(['RobertaForMaskedLM', 0])
  const regression = reportModel({
    name: 'small',
    config: { ...small, numLabels: 1, problemType: 'regression' },
    methods: parseMethods('head', classifier),
  })
  expect(regression.methods[0]!.headParameters).toBe(16 * 16 + 16 + 16 + 1)
})

describe('a report of memory', () => {
  const options = { name: 'small', config: small, methods: parseMethods('bca:p=4,full', classifier) }
  const { methods } = reportModel({ ...options, sequenceLength: 64, batchSize: 4, memory: true })

  it('counts the same step with activation checkpointing: one more forward pass of the layers, less memory', () => {
    for (const { trainingStep: plain, checkpointedStep: checkpointed } of methods) {
      expect(checkpointed).toMatchObject({
        forwardFlopsPerToken: plain.forwardFlopsPerToken,
        updateFlopsPerToken: plain.updateFlopsPerToken,
        parameterBytes: plain.parameterBytes,
        gradientBytes: plain.gradientBytes,
        optimizerBytes: plain.optimizerBytes,
      })
      const again = checkpointed!.flopsPerToken - plain.flopsPerToken
      expect(again / plain.forwardFlopsPerToken).toBeGreaterThan(0.8)
      expect(again / plain.forwardFlopsPerToken).toBeLessThanOrEqual(1)
      expect(checkpointed!.activationBytes).toBeLessThan(plain.activationBytes / 2)
      expect(checkpointed!.peakBytes).toBeLessThan(plain.peakBytes)
    }
  })

  it('counts a gradient for each trained number, and two moments', () => {
    for (const { parameters, headParameters, trainingStep } of methods) {
      expect(trainingStep.gradientBytes).toBe(4 * (parameters + headParameters))
      expect(trainingStep.optimizerBytes).toBe(2 * trainingStep.gradientBytes + 4)
    }
  })

  it('has two rows for each method', () => {
    const report = reportModel({ ...options, memory: true })
    for (const text of [formatTable(report), formatMarkdown(report)]) {
      const rows = text.split('\n').filter((line) => /full .*(no|yes) /.test(line))
      expect(rows.map((row) => row.match(/no|yes/)![0])).toEqual(['no', 'yes'])
    }
    expect(formatTable(reportModel(options))).not.toContain('checkpointing')
  })
})

describe('a printed report', () => {
  const report = reportModel({
    name: 'small',
    config: small,
    methods: parseMethods('bca:p=4,full', classifier),
  })

  it('has a row for each method, in text and in Markdown', () => {
    const row = (text: string): string[] =>
      text
        .split('\n')
        .find((line) => line.includes('bca:p=4'))!
        .split(/[\s|]+/)
        .filter((cell) => cell !== '')
    // Two layers, two sites, 16 · 16 / 4 numbers in each.
    expect(row(formatTable(report)).slice(0, 2)).toEqual(['bca:p=4', '256'])
    expect(row(formatMarkdown(report))).toEqual(row(formatTable(report)))
  })

  it('counts in units that leave something to read', () => {
    expect(formatTable(report)).toContain('peak KiB')
    expect(formatTable(reportOf('roberta-base', 'full'))).toMatch(/475\.5 MiB; 175\.1 MFLOPs[\s\S]*peak MiB/)
  })

  it('shows a name with markup in it as it is', () => {
    const named = { ...report, model: { ...report.model, name: './my_<b>model</b>' } }
    expect(formatMarkdown(named)).toMatch(/^## \.\/my\\_\\<b\\>model/)
    expect(formatTable(named)).toMatch(/^\.\/my_<b>model<\/b> \(/)
  })

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })
})
