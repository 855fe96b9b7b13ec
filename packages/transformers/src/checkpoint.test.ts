import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { floats, sourceOf } from '../test/checkpoint-sources.js'
import { tinyBert, tinyGpt2, tinyLlama, tinyRoberta } from '../test/tiny-configs.js'
import { type LoadModelOptions, loadModel } from './checkpoint.js'
import { createModel, type Model, tasksOf } from './create-model.js'
import { loadModelFolder, saveModelFolder } from './node.js'

const inputIds = tensor(Int32Array.of(3, 4, 5, 1), { shape: [1, 4] })
const logits = (model: Model): number[] => [...model.forward({ inputIds }).logits.dataSync()]

const masked = createModel(tinyRoberta, { seed: 1, task: 'masked-lm' })
const classifier = createModel(tinyRoberta, { seed: 1 })
describe('a saved model', () => {
  const configs = [
    tinyLlama,
    { ...tinyLlama, tieWordEmbeddings: true },
    tinyRoberta,
    tinyBert,
    tinyGpt2,
    { ...tinyGpt2, numLabels: 1, problemType: 'regression' as const },
  ]
  it.each(configs.flatMap((config) => tasksOf(config).map((task) => ({ config, task }))))(
    'is loaded as it was: $config.modelType, $task',
    async ({ config, task }) => {
      const model = createModel(config, { seed: 2, task })
      const loaded = await loadModel(await sourceOf(model))
      expect(loaded.architecture).toBe(model.architecture)
      expect(loaded.config).toEqual(model.config)
      expect(logits(loaded)).toEqual(logits(model))
    },
  )

  it('is two files in a folder, and nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gyre-model-'))
    try {
      const path = join(folder, 'model')
      await saveModelFolder(path, masked)
      expect((await readdir(path)).sort()).toEqual(['config.json', 'model.safetensors'])
      expect(logits(await loadModelFolder(path))).toEqual(logits(masked))
      await expect(loadModelFolder(folder)).rejects.toThrow(
        `${join(folder, 'config.json')}: there is no such file`,
      )
      await writeFile(join(path, 'model.safetensors'), 'short')
      await expect(loadModelFolder(path)).rejects.toThrow(/model\.safetensors: .*5 bytes/)
      await rm(join(path, 'model.safetensors'))
      await expect(loadModelFolder(path)).rejects.toThrow(
        `${join(path, 'model.safetensors')}: there is no such file`,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('strict loading', () => {
  it('lists every missing, unexpected, misshapen and wrongly typed tensor at once', async () => {
    const source = await sourceOf(masked, (tensors) => {
      tensors.delete('lm_head.bias')
      tensors.set('lm_head.extra', floats(1))
      tensors.set('lm_head.dense.weight', floats(2, 3))
      const { shape } = tensors.get('lm_head.dense.bias')!
      tensors.set('lm_head.dense.bias', { dtype: 'I32', shape, data: new Int32Array(shape[0]!) })
    })
    const { hiddenSize } = tinyRoberta
    await expect(loadModel(source)).rejects.toThrow(
      `tiny/model.safetensors: missing lm_head.bias; lm_head.dense.weight has shape [2, 3], expected [${hiddenSize}, ${hiddenSize}]; ` +
        'lm_head.dense.bias is I32, expected F32, F16 or BF16; unexpected lm_head.extra',
    )
  })

  it('reads half precision into float32', async () => {
    const half = await sourceOf(masked, (tensors) => {
      const { shape } = tensors.get('lm_head.bias')!
      tensors.set('lm_head.bias', { dtype: 'BF16', shape, data: new Float32Array(shape[0]!).fill(1) })
    })
    const loaded = await loadModel(half)
    const bias = loaded.stateDict().get('lm_head.bias')!
    expect([bias.dtype, new Set(bias.dataSync())]).toEqual(['float32', new Set([1])])
  })

  it.each<[string, object | string, LoadModelOptions, string]>([
    ['no JSON', '{', {}, 'tiny/config.json: '],
    ['no object', '3', {}, 'tiny/config.json: expected a JSON object'],
    ['another model', { model_type: 't5' }, {}, 'tiny/config.json: model_type is "t5"'],
    [
      'a head of another model',
      { model_type: 'gpt2' },
      {},
      'architectures names RobertaForMaskedLM; expected GPT2LMHeadModel or GPT2ForSequenceClassification',
    ],
    [
      'another head',
      { architectures: ['RobertaForTokenClassification'] },
      {},
      'names RobertaForTokenClassification',
    ],
    ['a task that it has no head for', {}, { task: 'causal-lm' }, 'roberta has no causal-lm head'],
  ])('rejects a configuration with %s', async (_what, config, options, message) => {
    const source = await sourceOf(masked, undefined, typeof config === 'object' ? config : {})
    const spoilt = typeof config === 'string' ? { ...source, config } : source
    await expect(loadModel(spoilt, options)).rejects.toThrow(message)
  })
})

describe('loading with a new head', () => {
  const fresh = { task: 'sequence-classification', strictness: 'new-head', numLabels: 4, seed: 8 } as const

  it('is what strict loading refuses', async () => {
    const source = await sourceOf(masked)
    const { strictness: _, ...strict } = fresh
    await expect(loadModel(source, strict)).rejects.toThrow(/missing classifier.*unexpected lm_head/)
  })

  it('keeps the body, and draws the head from the seed', async () => {
    const source = await sourceOf(masked, (tensors) => tensors.set('roberta.pooler.dense.bias', floats(4)))
    const loaded = await loadModel(source, fresh)
    const name = 'roberta.encoder.layer.0.attention.self.query.weight'
    const weight = (model: Model, key: string) => [...model.stateDict().get(key)!.dataSync()]
    expect(weight(loaded, name)).toEqual(weight(masked, name))
    expect(loaded.config).toMatchObject({ numLabels: 4 })
    expect(loaded.forward({ inputIds }).logits.shape).toEqual([1, 4])
    const head = (model: Model) => weight(model, 'classifier.out_proj.weight')
    expect(head(await loadModel(source, fresh))).toEqual(head(loaded))
    expect(head(await loadModel(source, { ...fresh, seed: 9 }))).not.toEqual(head(loaded))
  })

  it('replaces a head with another number of classes', async () => {
    const loaded = await loadModel(await sourceOf(classifier), {
      strictness: 'new-head',
      numLabels: 1,
      problemType: 'regression',
    })
    const { loss } = loaded.forward({ inputIds, labels: tensor([0.5]) })
    expect(loss!.itemSync()).toBeGreaterThan(0)
    expect(loaded.forward({ inputIds }).logits.shape).toEqual([1, 1])
  })

  it('still wants the whole body', async () => {
    const name = 'roberta.embeddings.LayerNorm.bias'
    const source = await sourceOf(masked, (tensors) => tensors.delete(name))
    await expect(loadModel(source, fresh)).rejects.toThrow(`tiny/model.safetensors: missing ${name}`)
  })
})
