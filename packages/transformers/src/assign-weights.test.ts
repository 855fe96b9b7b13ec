import type { WritableTensor } from '@gyre/safetensors'
import { tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { floats, sourceOf, type Tensors } from '../test/checkpoint-sources.js'
import { tinyBert, tinyGpt2, tinyLlama, tinyRoberta } from '../test/tiny-configs.js'
import { loadModel } from './checkpoint.js'
import { createModel, type Model } from './create-model.js'

const inputIds = tensor(Int32Array.of(3, 4, 5, 2), { shape: [1, 4] })
const logits = (model: Model): number[] => [...model.forward({ inputIds }).logits.dataSync()]

/** The tensors under other names; undefined leaves one out. */
function rename(tensors: Tensors, nameOf: (name: string) => string): void {
  const entries = [...tensors]
  tensors.clear()
  for (const [name, value] of entries) tensors.set(nameOf(name), value)
}

const models = {
  bertMasked: createModel(tinyBert, { seed: 1, task: 'masked-lm' }),
  bertClassifier: createModel(tinyBert, { seed: 1 }),
  robertaMasked: createModel(tinyRoberta, { seed: 1, task: 'masked-lm' }),
  gpt2: createModel(tinyGpt2, { seed: 1 }),
  tiedLlama: createModel({ ...tinyLlama, tieWordEmbeddings: true }, { seed: 1 }),
}

describe('files from elsewhere are read as they mean', () => {
  it.each<[string, Model, (tensors: Tensors) => void]>([
    [
      'LayerNorm with gamma and beta, as converted from TensorFlow',
      models.bertMasked,
      (tensors) =>
        rename(tensors, (name) =>
          name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
        ),
    ],
    [
      'BERT’s position ids, pooler and next-sentence head, which a masked model has no use for',
      models.bertMasked,
      (tensors) => {
        tensors.set('bert.embeddings.position_ids', {
          dtype: 'I64',
          shape: [1, 2],
          data: BigInt64Array.of(0n, 1n),
        })
        tensors.set('bert.pooler.dense.weight', floats(16, 16))
        tensors.set('bert.pooler.dense.bias', floats(16))
        tensors.set('cls.seq_relationship.weight', floats(2, 16))
        tensors.set('cls.seq_relationship.bias', floats(2))
      },
    ],
    [
      'BERT’s decoder beside the embedding that it is',
      models.bertMasked,
      (tensors) => {
        tensors.set('cls.predictions.decoder.weight', tensors.get('bert.embeddings.word_embeddings.weight')!)
        tensors.set('cls.predictions.decoder.bias', tensors.get('cls.predictions.bias')!)
      },
    ],
    [
      'RoBERTa’s decoder alone, and the embedding under its name',
      models.robertaMasked,
      (tensors) =>
        rename(tensors, (name) =>
          name === 'roberta.embeddings.word_embeddings.weight'
            ? 'lm_head.decoder.weight'
            : name === 'lm_head.bias'
              ? 'lm_head.decoder.bias'
              : name,
        ),
    ],
    [
      'GPT-2 without its prefix, with its masks as buffers',
      models.gpt2,
      (tensors) => {
        rename(tensors, (name) => name.replace(/^transformer\./, ''))
        tensors.set('h.0.attn.bias', floats(1, 1, 16, 16))
        tensors.set('h.1.attn.masked_bias', {
          dtype: 'F32',
          shape: [],
          data: Float32Array.of(Number.NEGATIVE_INFINITY),
        })
      },
    ],
    [
      'GPT-2’s head beside the embedding that it is',
      models.gpt2,
      (tensors) => tensors.set('lm_head.weight', tensors.get('transformer.wte.weight')!),
    ],
    [
      'a tied LLaMA’s head beside the embedding, and its angles',
      models.tiedLlama,
      (tensors) => {
        tensors.set('lm_head.weight', tensors.get('model.embed_tokens.weight')!)
        tensors.set('model.layers.0.self_attn.rotary_emb.inv_freq', floats(2))
      },
    ],
  ])('%s', async (_what, model, change) => {
    expect(logits(await loadModel(await sourceOf(model, change)))).toEqual(logits(model))
  })

  it.each(['F16', 'BF16'] as const)('%s, with the numbers that it has', async (dtype) => {
    const source = await sourceOf(models.gpt2, (tensors) => {
      for (const [name, value] of tensors) tensors.set(name, { ...value, dtype } as WritableTensor)
    })
    const loaded = await loadModel(source)
    const weight = (model: Model) => model.stateDict().get('transformer.h.0.mlp.c_fc.weight')!.dataSync()
    const [half, full] = [weight(loaded), weight(models.gpt2)]
    const limit = dtype === 'F16' ? 2 ** -11 : 2 ** -8
    for (const [i, value] of full.entries()) {
      expect(Math.abs(half[i]! - value)).toBeLessThanOrEqual(limit * Math.abs(value))
    }
    expect([...half]).not.toEqual([...full])
  })

  it.each([
    ['BERT', models.bertClassifier, 'bert.', 'classifier'],
    ['GPT-2', createModel(tinyGpt2, { seed: 1, task: 'sequence-classification' }), 'transformer.', 'score'],
    ['LLaMA', createModel(tinyLlama, { seed: 1, task: 'sequence-classification' }), 'model.', 'score'],
  ])('the body of %s alone, under a new head', async (_what, model, prefix, head) => {
    const source = await sourceOf(model, (tensors) => {
      for (const name of [...tensors.keys()]) if (name.startsWith(`${head}.`)) tensors.delete(name)
      rename(tensors, (name) => name.slice(prefix.length))
    })
    const options = { task: 'sequence-classification', numLabels: 3, seed: 5 } as const
    await expect(loadModel(source, options)).rejects.toThrow(`missing ${head}.weight`)
    const loaded = await loadModel(source, { ...options, strictness: 'new-head' })
    for (const [name, value] of model.stateDict()) {
      if (name.startsWith(prefix)) {
        expect(loaded.stateDict().get(name)!.dataSync(), name).toEqual(value.dataSync())
      }
    }
    expect(loaded.forward({ inputIds }).logits.shape).toEqual([1, 3])
  })

  it('a masked BERT as a classifier, whose pooler it never had', async () => {
    const source = await sourceOf(models.bertMasked)
    const options = { task: 'sequence-classification', strictness: 'new-head', seed: 5 } as const
    const loaded = await loadModel(source, options)
    expect(logits(loaded)).toEqual(logits(await loadModel(source, options)))
    expect(logits(loaded)).not.toEqual(logits(await loadModel(source, { ...options, seed: 6 })))
  })
})

describe('files that contradict themselves or are spoilt', () => {
  it.each<[string, Model, (tensors: Tensors) => void, string]>([
    [
      'a tied head that is not the embedding',
      models.tiedLlama,
      (tensors) => tensors.set('lm_head.weight', floats(19, 16)),
      'tiny/model.safetensors: lm_head.weight and model.embed_tokens.weight differ, and in this model they are one tensor',
    ],
    [
      'a missing embedding, with all that is missing in one sentence',
      models.bertClassifier,
      (tensors) => {
        for (const name of [...tensors.keys()]) if (name.startsWith('bert.embeddings.')) tensors.delete(name)
      },
      'tiny/model.safetensors: missing bert.embeddings.word_embeddings.weight; missing bert.embeddings.position_embeddings.weight; ' +
        'missing bert.embeddings.token_type_embeddings.weight; missing bert.embeddings.LayerNorm.weight; missing bert.embeddings.LayerNorm.bias',
    ],
    [
      'a vocabulary of another size',
      models.gpt2,
      (tensors) => tensors.set('transformer.wte.weight', floats(20, 16)),
      'transformer.wte.weight has shape [20, 16], expected [19, 16]',
    ],
    [
      'a number that is none',
      models.gpt2,
      (tensors) => {
        const { shape } = tensors.get('transformer.ln_f.bias')!
        const data = new Float32Array(16).fill(Number.NaN, 7)
        tensors.set('transformer.ln_f.bias', { dtype: 'F32', shape, data })
      },
      'tiny/model.safetensors: transformer.ln_f.bias holds NaN at index 7',
    ],
    [
      'an infinite number, in half precision',
      models.gpt2,
      (tensors) => {
        const { shape } = tensors.get('transformer.ln_f.bias')!
        const data = new Float32Array(16).fill(Number.NEGATIVE_INFINITY)
        tensors.set('transformer.ln_f.bias', { dtype: 'F16', shape, data })
      },
      'tiny/model.safetensors: transformer.ln_f.bias holds -Infinity at index 0',
    ],
  ])('%s', async (_what, model, change, message) => {
    await expect(loadModel(await sourceOf(model, change))).rejects.toThrow(message)
  })
})

describe('loading', () => {
  it('draws from the seed the parts that may be missing, and no others', async () => {
    const source = await sourceOf(models.bertClassifier, (tensors) => {
      for (const name of [...tensors.keys()]) if (name.startsWith('bert.embeddings.')) tensors.delete(name)
    })
    const options = { newParts: ['bert.embeddings'], seed: 4 }
    const loaded = await loadModel(source, options)
    const weight = (model: Model, name: string) => [...model.stateDict().get(name)!.dataSync()]
    for (const name of ['bert.pooler.dense.weight', 'classifier.weight']) {
      expect(weight(loaded, name)).toEqual(weight(models.bertClassifier, name))
    }
    const words = 'bert.embeddings.word_embeddings.weight'
    expect(weight(loaded, words)).toEqual(weight(await loadModel(source, options), words))
    expect(weight(loaded, words)).not.toEqual(weight(models.bertClassifier, words))
    await expect(loadModel(source, { newParts: ['bert.embed'] })).rejects.toThrow('missing bert.embeddings')
  })

  it('reads one tensor at a time, each once, and tells how far it is', async () => {
    const files = await sourceOf(models.gpt2)
    const bytes = files.weights as Blob
    const reads: number[] = []
    const steps: { name: string; done: number; total: number }[] = []
    const weights = {
      size: bytes.size,
      read: async (offset: number, length: number) => {
        reads.push(length)
        return new Uint8Array(await bytes.slice(offset, offset + length).arrayBuffer())
      },
    }
    await loadModel({ ...files, weights }, { onProgress: (step) => steps.push(step) })
    const parameters = [...models.gpt2.namedParameters()]
    const sizes = parameters.map(([, { shape }]) => 4 * shape.reduce((size, dim) => size * dim, 1))
    const [, , ...tensorReads] = reads // after the header's length and the header
    expect(tensorReads).toEqual(sizes)
    expect(steps.map(({ name }) => name)).toEqual(parameters.map(([name]) => name))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    expect(steps.at(-1)).toMatchObject({ done: total, total })
  })
})
