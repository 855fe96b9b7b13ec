import { readFileSync } from 'node:fs'
import { type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import {
  type LoadModelOptions,
  loadModel,
  type ModelInputs,
  type SequenceClassifier,
} from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { onEveryBackend } from './on-every-backend.js'
import { relmax } from './relmax.js'

// Heads for which PyTorch computed nothing, held to what it computed of others.

const newHead: LoadModelOptions = {
  task: 'sequence-classification',
  strictness: 'new-head',
  numLabels: 3,
  seed: 1,
}

/** Index of the last token of each row that the mask keeps. */
function lastTokens({ attentionMask, inputIds }: ModelInputs): number[] {
  const [B, T] = inputIds.shape as [number, number]
  const mask = attentionMask!.dataSync()
  return Array.from({ length: B }, (_, b) => mask.slice(b * T, (b + 1) * T).lastIndexOf(1))
}

onEveryBackend(() => {
  it.each(['llama-tiny', 'gpt2-tiny'])(
    '%s as a classifier scores PyTorch’s last hidden state of each text’s last token',
    async (folder) => {
      const model = (await loadModelFolder(fixturePath(`models/${folder}`), newHead)) as SequenceClassifier
      const io = new FixtureFile(`models/${folder}/io.safetensors`)
      const { labels: _labels, ...inputs } = io.inputs()
      const last = `hidden_states.${model.config.numHiddenLayers}`
      const [B, T, hidden] = io.shape(last) as [number, number, number]
      const states = io.data(last)
      const weight = model.stateDict().get('score.weight')!.dataSync()
      const places = lastTokens(inputs)
      expect(places.some((place) => place < T - 1)).toBe(true) // There is padding.
      const expected = places.flatMap((place, b) =>
        Array.from({ length: model.numLabels }, (_, label) => {
          const at = (b * T + place) * hidden
          let score = 0
          for (let i = 0; i < hidden; i++) score += weight[label * hidden + i]! * states[at + i]!
          return score
        }),
      )
      const { logits } = model.forward(inputs)
      expect(logits.shape).toEqual([B, 3])
      expect(relmax(logits.dataSync(), expected)).toBeLessThan(2e-5)
    },
  )

  it('a masked BERT with RoBERTa’s weights predicts what PyTorch’s RoBERTa predicts', async () => {
    const folder = 'models/roberta-tiny-mlm'
    const fields = JSON.parse(readFileSync(fixturePath(`${folder}/config.json`), 'utf8'))
    // BERT's first position is 0; RoBERTa's is the one after the padding token's id.
    const skipped = fields.pad_token_id + 1
    const file = new FixtureFile(`${folder}/model.safetensors`)
    const tensors = file.names.map((name): [string, WritableTensor] => {
      const [rows, ...rest] = file.shape(name)
      const data = file.data(name) as Float32Array
      const renamed = name
        .replace(/^roberta\./, 'bert.')
        .replace('lm_head.dense', 'cls.predictions.transform.dense')
        .replace('lm_head.layer_norm', 'cls.predictions.transform.LayerNorm')
        .replace('lm_head.bias', 'cls.predictions.bias')
      if (!name.endsWith('position_embeddings.weight'))
        return [renamed, { dtype: 'F32', shape: [rows!, ...rest], data }]
      return [
        renamed,
        {
          dtype: 'F32',
          shape: [rows! - skipped, ...rest],
          data: data.slice(skipped * (data.length / rows!)),
        },
      ]
    })
    const config = {
      ...fields,
      model_type: 'bert',
      architectures: ['BertForMaskedLM'],
      max_position_embeddings: fields.max_position_embeddings - skipped,
    }
    const weights = new Blob([writeSafetensors(tensors) as Uint8Array<ArrayBuffer>])
    const model = await loadModel({ config: JSON.stringify(config), weights })
    const io = new FixtureFile(`${folder}/io.safetensors`)
    const inputs = io.inputs()
    const { logits, loss } = model.forward(inputs)
    const [, , V] = io.shape('logits') as [number, number, number]
    const isToken = inputs.attentionMask!.dataSync()
    const tokensOf = (values: ArrayLike<number>) =>
      Array.from(values).filter((_, i) => isToken[Math.floor(i / V)] === 1)
    expect(relmax(tokensOf(logits.dataSync()), tokensOf(io.data('logits')))).toBeLessThan(2e-5)
    expect(Math.abs(loss!.itemSync() - io.data('loss')[0]!)).toBeLessThan(1e-5)
  })
})
