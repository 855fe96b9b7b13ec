import { isGyreError } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { formatConfig, parseConfig } from './config.js'
import { presets } from './presets.js'

const llama = {
  model_type: 'llama',
  vocab_size: 32,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
}

const roberta = {
  model_type: 'roberta',
  vocab_size: 32,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  max_position_embeddings: 20,
}

describe('parseConfig', () => {
  it('fills in what LLaMA configurations leave out, as transformers does', () => {
    expect(parseConfig(llama)).toMatchObject({
      modelType: 'llama',
      numKeyValueHeads: 4,
      maxPositionEmbeddings: 2048,
      rmsNormEps: 1e-6,
      ropeTheta: 10000,
      tieWordEmbeddings: false,
    })
  })

  it('fills in what RoBERTa configurations leave out, as transformers does', () => {
    expect(parseConfig(roberta)).toMatchObject({
      modelType: 'roberta',
      layerNormEps: 1e-5,
      hiddenDropoutProb: 0.1,
      padTokenId: 1,
      numLabels: 2,
      problemType: undefined,
    })
  })

  it('counts the labels in id2label', () => {
    const id2label = { 0: 'a', 1: 'b', 2: 'c' }
    expect(parseConfig({ ...roberta, id2label })).toMatchObject({ numLabels: 3 })
  })

  it('takes null for absent, and ignores fields that it does not know', () => {
    const config = parseConfig({
      ...llama,
      rope_scaling: null,
      pad_token_id: null,
      hidden_act: 'silu',
      extra: 1,
    })
    expect(config.padTokenId).toBeUndefined()
  })

  it.each<[object, string]>([
    [{ model_type: 'bert' }, 'c.json: model_type is "bert"; expected "llama" or "roberta"'],
    [{}, 'c.json: model_type is undefined; expected "llama" or "roberta"'],
    [{ ...llama, vocab_size: undefined }, 'c.json: vocab_size should be a number, not undefined'],
    [{ ...llama, vocab_size: '32' }, 'c.json: vocab_size should be a number, not "32"'],
    [{ ...llama, num_hidden_layers: 0 }, 'c.json: num_hidden_layers should be an integer ≥ 1, not 0'],
    [{ ...llama, hidden_size: 16.5 }, 'c.json: hidden_size should be an integer ≥ 1, not 16.5'],
    [
      { ...llama, tie_word_embeddings: 'no' },
      'c.json: tie_word_embeddings should be true or false, not "no"',
    ],
    [{ ...llama, hidden_act: 'gelu' }, 'c.json: hidden_act should be "silu", not "gelu"'],
    [
      { ...llama, rope_scaling: { type: 'linear' } },
      'c.json: rope_scaling should be null, not {"type":"linear"}',
    ],
    [{ ...llama, attention_bias: true }, 'c.json: attention_bias should be false, not true'],
    [{ ...llama, hidden_size: 18 }, 'c.json: hidden_size (18) is not a multiple of num_attention_heads (4)'],
    [
      { ...llama, num_key_value_heads: 3 },
      'c.json: num_attention_heads (4) is not a multiple of num_key_value_heads (3)',
    ],
    [{ ...roberta, hidden_act: 'relu' }, 'c.json: hidden_act should be "gelu", not "relu"'],
    [
      { ...roberta, problem_type: 'multi_label_classification' },
      'problem_type should be "regression" or "single_label_classification", not "multi_label_classification"',
    ],
    [
      { ...roberta, max_position_embeddings: null },
      'max_position_embeddings should be a number, not undefined',
    ],
  ])('says which field of which file is wrong (%#)', (fields, message) => {
    const parse = () => parseConfig(fields as { readonly [name: string]: unknown }, 'c.json')
    expect(parse).toThrow(message)
    try {
      parse()
    } catch (error) {
      expect(isGyreError(error)).toBe(true)
    }
  })
})

describe('formatConfig', () => {
  it.each([
    ['LlamaForCausalLM', parseConfig({ ...llama, num_key_value_heads: 2, eos_token_id: 2, rope_theta: 5e5 })],
    ['RobertaForMaskedLM', parseConfig(roberta)],
    ['RobertaForSequenceClassification', { ...presets['roberta-base'], numLabels: 5 }],
    [
      'RobertaForSequenceClassification',
      { ...presets['roberta-large'], numLabels: 1, problemType: 'regression' as const },
    ],
  ])('writes what parseConfig reads: %s', (architecture, config) => {
    const fields = JSON.parse(formatConfig(config, architecture))
    expect(fields.architectures).toEqual([architecture])
    expect(parseConfig(fields)).toEqual(config)
  })
})
