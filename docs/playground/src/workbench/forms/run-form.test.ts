import { describe, expect, it } from 'vitest'
import { namedConfigs } from '../../../../../packages/gyre/src/named-config.js'
import type { RunInBackground } from './background.js'
import { backgroundTasks } from './background-tasks.js'
import { outlineBase } from './base-outline.js'
import { RunForm } from './run-form.js'

const inThisThread: RunInBackground = async (name, ...parameters) =>
  (backgroundTasks[name] as (...parameters: unknown[]) => never)(...parameters)

function newForm(): RunForm {
  const form = new RunForm(inThisThread)
  form.outlines.value = {
    decoder: outlineBase('decoder', namedConfigs['small-llama']!),
    encoder: outlineBase('encoder', namedConfigs['small-roberta']!),
  }
  form.browser.value = {
    gpu: { unavailable: 'this browser has no WebGPU' },
    wasm: { variant: 'relaxed-simd', singleThreadReason: undefined },
    processors: 4,
  }
  form.backendKind.value = 'wasm'
  return form
}

describe('a new form', () => {
  it('could be started as it is', () => {
    expect(newForm().settings.value).toEqual({
      base: 'decoder',
      data: { kind: 'built-in', name: 'moby-dick' },
      method: 'bca:p=16',
      targets: ['all-linear'],
      learningRate: 0.16,
      headLearningRate: 0.001,
      steps: 200,
      warmupSteps: 20,
      batchSize: 8,
      sequenceLength: 96,
      seed: 0,
      backend: { name: 'wasm', threads: 1 },
    })
  })
})

describe('block sizes', () => {
  it('are those that all chosen layers can take, and a wanted one comes back with its layers', () => {
    const form = newForm()
    form.method.wantedBlockSize.value = 128
    expect(form.method.blockSizes.value.at(-1)).toBe(192)
    expect(form.settings.value?.method).toBe('bca:p=96')
    form.data.source.value = 'era'
    expect(form.method.blockSizes.value.at(-1)).toBe(128)
    expect(form.settings.value).toMatchObject({ method: 'bca:p=128', learningRate: 0.64 })
  })

  it('are left to the gradients within as many numbers as one size would have, at an undivided rate', () => {
    const form = newForm()
    form.method.chosenGroups.value = { decoder: ['q_proj'] }
    form.method.setBlockSizeMode('automatic')
    expect(form.settings.value).toMatchObject({
      method: `bca:p=auto:scale=false:budget=${(3 * 192 * 192) / 16}`,
      learningRate: 0.01,
    })
    form.method.setOption('budget', '')
    expect(form.settings.value).toBeUndefined()
    expect(form.problems.value).toEqual({ 'method.budget': "budget: expected an integer ≥ 1, got ''" })
  })
})

describe('targets', () => {
  it('are all linear layers that the method can take, unless someone chooses others', () => {
    const form = newForm()
    form.method.name.value = 'cdvft'
    expect(form.settings.value?.targets).toEqual(['q_proj', 'k_proj', 'v_proj', 'o_proj'])
    form.method.chosenGroups.value = { decoder: ['q_proj', 'up_proj'] }
    expect(form.problems.value).toEqual({
      targets:
        'model.layers.0.mlp.up_proj: cdvft takes square layers only, and this one has 192 inputs and 576 outputs',
    })
    form.method.name.value = 'bca'
    form.method.blockSizeMode.value = 'text'
    form.method.setOption('blockSize', '5')
    expect(form.problems.value.targets).toMatch(/^model.layers.0.self_attn.q_proj: /)
    form.method.setOption('blockSize', 'max:5')
    expect(form.settings.value).toMatchObject({ method: 'bca:p=max:5', targets: ['q_proj', 'up_proj'] })
  })
})

describe('a backend', () => {
  it('that cannot be had here is a problem, in one sentence', () => {
    const form = newForm()
    form.backendKind.value = 'gpu'
    expect(form.problems.value).toEqual({
      backend: 'WebGPU cannot be had here: this browser has no WebGPU',
    })
    form.backendKind.value = 'threads'
    expect(form.settings.value?.backend).toEqual({ name: 'wasm', threads: 4 })
  })
})

describe('problems', () => {
  it('stand where they are, and nothing can be started', () => {
    const form = newForm()
    form.method.name.value = 'lora'
    form.method.setOption('r', '-1')
    form.trainingTexts.value = { steps: '10', warmupSteps: '11', sequenceLength: '1000', seed: '' }
    form.typedLearningRate.value = '0'
    form.method.chosenGroups.value = { decoder: [] }
    expect(form.problems.value).toEqual({
      'method.r': "r: expected an integer ≥ 1, or target/number joined by +, got '-1'",
      learningRate: "Learning rate: expected a number above 0, got '0'",
      targets: 'An adapter needs at least one kind of layer.',
      seed: "Seed: expected an integer ≥ 0, got ''",
      sequenceLength:
        'Sequence length: expected at most 256 tokens, which the model takes at a time, got 1000',
      warmupSteps: 'Warm-up steps: expected at most the 10 steps of the run, got 11',
    })
    expect(form.settings.value).toBeUndefined()
  })
})

describe('fill', () => {
  it('gives the settings of a run back', async () => {
    const changed = newForm()
    changed.data.source.value = 'era'
    changed.method.name.value = 'lora'
    changed.method.setOption('r', '4')
    changed.method.chosenGroups.value = { encoder: ['query', 'output.dense'] }
    changed.typedLearningRate.value = '0.5'
    changed.trainingTexts.value = { steps: '7', warmupSteps: '2' }
    changed.backendKind.value = 'threads'
    changed.wantedThreads.value = 3
    const settings = [newForm().settings.value!, changed.settings.value!]
    for (const [name, text] of [
      ['a.txt', 'Call me Ishmael.'],
      ['b.csv', 'kind,body,more\nx,one,1\ny,two,2\n'],
      ['c.tsv', 'x\tA text that is long enough\ny\tAnother one of them, too\n'],
    ] as const) {
      await changed.data.take([new File([text], name)])
      settings.push(changed.settings.value!)
    }
    await changed.data.setColumns({ text: '1', pair: '2', label: '1' })
    expect(changed.settings.value).toBeUndefined()
    for (const one of settings) {
      const form = newForm()
      await form.fill(one)
      expect(form.settings.value).toEqual(one)
    }
  })
})

describe('a file of the visitor', () => {
  const file = (name: string, text: string): File => new File([text], name)

  it('is trained on by the base that it is for', async () => {
    const form = newForm()
    await form.data.take([file('ahab.txt', 'Call me Ishmael.')])
    expect(form.settings.value).toMatchObject({
      base: 'decoder',
      data: { kind: 'text', fileName: 'ahab.txt', text: 'Call me Ishmael.' },
    })
    const text = 'good\tA fine, long book\nbad\tMuch too long a book\nfair\tNot bad\n'
    await form.data.take([file('reviews.tsv', text)])
    expect(form.settings.value).toMatchObject({
      base: 'encoder',
      data: { kind: 'table', fileName: 'reviews.tsv', text, columns: { text: '2', label: '1' } },
    })
    expect(form.costQuestion.value).toMatchObject({ base: 'encoder', classes: 3 })
  })

  it('that cannot be used leaves everything as it was', async () => {
    const { data } = newForm()
    await data.take([file('whale.png', 'x')])
    expect(data.refusal.value).toMatch(/^whale.png: expected a text .* got a file that ends with .png$/)
    await data.take([file('a.txt', 'x'), file('b.txt', 'y')])
    expect(data.refusal.value).toBe('Expected one file, got 2.')
    expect(data.data.value).toEqual({ kind: 'built-in', name: 'moby-dick' })
  })

  it('can be read with other columns, and without a header', async () => {
    const { data } = newForm()
    await data.take([file('a.csv', 'mark,text\n1,one\n1,two\n')])
    expect(data.data.value).toBeUndefined()
    expect(data.ownTable.value?.problem).toBe('a.csv: expected at least two different labels, got only "1"')
    await data.setColumns({ text: 'mark', label: 'text' })
    expect(data.classes.value).toBe(2)
    await data.setHeader(false)
    expect(data.ownTable.value?.outline.rowCount).toBe(3)
    expect(data.data.value).toMatchObject({ columns: { text: '2', label: '1' } })
  })
})

describe('the costs of a run', () => {
  it('are those of a report on its model, head and all', () => {
    const form = newForm()
    form.data.source.value = 'era'
    const question = form.costQuestion.value!
    const costs = backgroundTasks.countCosts({ ...question, classes: 3 })
    if (costs.kind !== 'counted') throw new Error(costs.kind)
    const weights = 2 * (4 * 128 * 128 + 2 * 128 * 384)
    expect(costs.trainableParameters).toBe(weights / 16)
    expect(costs.headParameters).toBe(128 * 128 + 128 + 3 * 128 + 3)
    expect(costs.trainingFlopsPerToken).toBeGreaterThan(
      costs.forwardFlopsPerToken + costs.adapterFlopsPerToken,
    )
  })

  it('are not known where the gradients decide', () => {
    const form = newForm()
    form.method.setBlockSizeMode('automatic')
    form.method.setOption('budget', '4096')
    expect(backgroundTasks.countCosts(form.costQuestion.value!)).toEqual({ kind: 'undecided', budget: 4096 })
  })
})
