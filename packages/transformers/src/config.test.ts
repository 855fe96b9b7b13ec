import { isGyreError } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { formatConfig, parseConfig } from './config.js'
import { createModel } from './create-model.js'
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

const bert = { ...roberta, model_type: 'bert' }

const gpt2 = {
  model_type: 'gpt2',
  vocab_size: 32,
  n_embd: 16,
  n_layer: 2,
  n_head: 4,
  n_positions: 20,
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

  it('fills in what BERT configurations leave out, as transformers does', () => {
    expect(parseConfig(bert)).toMatchObject({
      modelType: 'bert',
      typeVocabSize: 2,
      layerNormEps: 1e-12,
      padTokenId: 0,
      numLabels: 2,
    })
  })

  it('fills in what GPT-2 configurations leave out, as transformers does', () => {
    expect(parseConfig({ ...gpt2, n_inner: null })).toMatchObject({
      modelType: 'gpt2',
      hiddenSize: 16,
      intermediateSize: 64,
      numHiddenLayers: 2,
      maxPositionEmbeddings: 20,
      layerNormEpsilon: 1e-5,
      embeddingDropoutProb: 0.1,
      padTokenId: undefined,
    })
    expect(parseConfig({ ...gpt2, n_inner: 24 })).toMatchObject({ intermediateSize: 24 })
  })

  it('reads scaled rotary positions under their older and newer names', () => {
    const linear = { ropeScaling: { type: 'linear', factor: 2 } }
    expect(parseConfig({ ...llama, rope_scaling: { type: 'linear', factor: 2 } })).toMatchObject(linear)
    expect(parseConfig({ ...llama, rope_scaling: { rope_type: 'linear', factor: 2 } })).toMatchObject(linear)
    const both = { rope_type: 'linear', factor: 2, rope_theta: 5e5 }
    expect(parseConfig({ ...llama, rope_parameters: both })).toMatchObject({ ...linear, ropeTheta: 5e5 })
    const unscaled = parseConfig({ ...llama, rope_scaling: { rope_type: 'default' } })
    expect(unscaled).toEqual(parseConfig(llama))
  })

  it('counts the labels in id2label, and keeps their names unless they say nothing', () => {
    const id2label = { 0: 'a', 1: 'b', 2: 'c' }
    const config = parseConfig({ ...roberta, id2label })
    expect(config).toMatchObject({ numLabels: 3, labels: ['a', 'b', 'c'] })
    const { architecture } = createModel(config, { seed: 0 })
    expect(JSON.parse(formatConfig(config, architecture))).toMatchObject({
      id2label,
      label2id: { a: 0, b: 1, c: 2 },
    })
    expect(parseConfig({ ...roberta, id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }).labels).toBeUndefined()
    expect(() => parseConfig({ ...roberta, id2label: { 0: 'a', 1: 5 } }, 'c.json')).toThrow(
      'c.json: id2label: 1 should be a string, not 5',
    )
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
    [{ model_type: 't5' }, 'c.json: model_type is "t5"; expected "bert", "gpt2", "llama" or "roberta"'],
    [{ model_type: 'toString' }, 'c.json: model_type is "toString"; expected "bert"'],
    [{}, 'c.json: model_type is undefined; expected "bert", "gpt2", "llama" or "roberta"'],
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
      'c.json: rope_scaling: factor should be a number, not undefined',
    ],
    [
      { ...llama, rope_scaling: { rope_type: 'llama3', factor: 8 } },
      'c.json: rope_scaling: rope_type should be "linear" or "default", not "llama3"',
    ],
    [
      { ...llama, rope_scaling: { type: 'dynamic', factor: 2 } },
      'c.json: rope_scaling: type should be "linear" or "default", not "dynamic"',
    ],
    [{ ...llama, rope_scaling: 'linear' }, 'c.json: rope_scaling should be an object, not "linear"'],
    [{ ...llama, head_dim: 8 }, 'c.json: head_dim should be 4, not 8'],
    [{ ...gpt2, n_embd: 18 }, 'c.json: n_embd (18) is not a multiple of n_head (4)'],
    [
      { ...gpt2, activation_function: 'relu' },
      'c.json: activation_function should be "gelu_new", not "relu"',
    ],
    [
      { ...gpt2, scale_attn_by_inverse_layer_idx: true },
      'c.json: scale_attn_by_inverse_layer_idx should be false, not true',
    ],
    [
      { ...bert, position_embedding_type: 'relative_key' },
      'c.json: position_embedding_type should be "absolute", not "relative_key"',
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
    ['LlamaForCausalLM', parseConfig({ ...llama, rope_scaling: { type: 'linear', factor: 4 } })],
    ['LlamaForSequenceClassification', parseConfig({ ...llama, num_labels: 3, pad_token_id: 0 })],
    ['GPT2LMHeadModel', parseConfig({ ...gpt2, n_inner: 24 })],
    ['BertForSequenceClassification', parseConfig({ ...bert, classifier_dropout: 0.3 })],
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
