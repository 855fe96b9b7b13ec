import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { valueAndGrad } from '@gyre/autograd'
import { reshape, type Tensor, tensor } from '@gyre/tensor'
import {
  type BertForSequenceClassification,
  generate,
  type LlamaForCausalLM,
  type Model,
} from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { describe, expect, it } from 'vitest'
import { FixtureFile } from './fixture-files.js'
import { onEveryBackend } from './on-every-backend.js'
import { relmax } from './relmax.js'

// These files are not part of the project: set GYRE_DATA to a folder that holds them to run the tests.
const root = process.env.GYRE_DATA
const skipped = root ? '' : ' (skipped: GYRE_DATA does not name a folder with the checkpoints)'

interface StoriesFixture {
  readonly prompts: readonly {
    readonly promptIds: readonly number[]
    readonly greedyIds: readonly number[]
  }[]
  readonly loss: { readonly ids: readonly number[]; readonly meanNextTokenCrossEntropy: number }
  readonly gradients: {
    readonly tensors: readonly {
      readonly tensor: string
      readonly entries: readonly { readonly index: readonly number[]; readonly dLoss: number }[]
    }[]
  }
}

const asInput = (ids: ArrayLike<number>): Tensor =>
  tensor(Int32Array.from(ids), { shape: [1, ids.length] }) as Tensor

onEveryBackend(() => {
  describe.skipIf(!root).each(['stories260K.bin', ''])(`stories260K from '%s'${skipped}`, (file) => {
    const folder = join(root ?? '', 'stories260K')
    const load = async () => (await loadModelFolder(join(folder, file))) as LlamaForCausalLM
    const expected = (): StoriesFixture => JSON.parse(readFileSync(join(folder, 'fixture.json'), 'utf8'))
    const io = () => new FixtureFile(join(folder, 'fixture.safetensors'))

    it('gives the logits that float64 gives', async () => {
      const model = await load()
      const fixture = io()
      for (const name of ['prompt0', 'prompt1', 'prompt2', 'loss']) {
        const logits = fixture.data(`${name}.logits`)
        const { logits: computed } = model.forward({ inputIds: asInput(fixture.data(`${name}.ids`)) })
        // Of logits up to 20; the reference kernels differ by 5e-6, those of float32 alone by 1.2e-5.
        expect(relmax(computed.dataSync(), logits), name).toBeLessThan(1e-6)
      }
    })

    it('tells the same stories, token by token', async () => {
      const model = await load()
      const { prompts } = expected()
      expect(prompts).toHaveLength(3)
      for (const { promptIds, greedyIds } of prompts) {
        expect(greedyIds).toHaveLength(32)
        expect(await generate(model, promptIds, { maxNewTokens: 32, stopTokens: [] })).toEqual(greedyIds)
      }
    })

    it('has the loss, the hidden states and the gradients', async () => {
      const model = await load()
      const { loss: expectedLoss, gradients } = expected()
      const fixture = io()
      const inputIds = asInput(expectedLoss.ids)
      const inputs = { inputIds, labels: inputIds }
      const { loss, hiddenStates } = model.forward(inputs)
      expect(Math.abs(loss!.itemSync() - expectedLoss.meanNextTokenCrossEntropy)).toBeLessThan(1e-4)
      for (let i = 0; i < 5; i++) {
        expect(relmax(hiddenStates[i]!.dataSync(), fixture.data(`loss.hidden.${i}`)), `${i}`).toBeLessThan(
          2e-5,
        )
      }
      // The last one is recorded before the final norm.
      const last = model.model.norm.forward(fixture.tensor('loss.hidden.5'))
      expect(relmax(hiddenStates[5]!.dataSync(), last.dataSync())).toBeLessThan(2e-5)

      const { grads } = valueAndGrad(() => model.forward(inputs).loss!, model)()
      const entries = gradients.tensors.flatMap(({ tensor: name, entries }) =>
        entries.map(({ index, dLoss }) => ({ name, index, dLoss })),
      )
      expect(entries).toHaveLength(60)
      for (const { name, index, dLoss } of entries) {
        const gradient = grads.get(name)!
        const at = index.reduce((offset, i, axis) => offset * gradient.shape[axis]! + i, 0)
        expect(Math.abs(gradient.dataSync()[at]! - dLoss), `${name} ${index}`).toBeLessThan(1e-6)
      }
    })
  })

  describe.skipIf(!root)(`BERT-tiny, published without its embeddings,${skipped}`, () => {
    const folder = join(root ?? '', 'bert-tiny-sst2-encoder')
    const load = async () =>
      (await loadModelFolder(folder, { newParts: ['bert.embeddings'] })) as BertForSequenceClassification
    const io = () => new FixtureFile(join(folder, 'fixture.safetensors'))
    const run = (model: BertForSequenceClassification, embedded: Tensor, mask?: Tensor) => {
      const x = reshape(embedded, [1, ...embedded.shape]) as Tensor
      const hiddenStates = model.bert.encoder.forward(
        x,
        mask && (reshape(mask, [1, -1]) as Tensor),
        undefined,
        false,
      )
      const pooled = model.bert.pooler.forward(hiddenStates.at(-1)!)
      return { hiddenStates, pooled, logits: model.classifier.forward(pooled) }
    }

    it('is refused with one sentence that names all of them', async () => {
      await expect(loadModelFolder(folder)).rejects.toThrow(
        `${folder}/model.safetensors: ${[
          'word_embeddings.weight',
          'position_embeddings.weight',
          'token_type_embeddings.weight',
          'LayerNorm.weight',
          'LayerNorm.bias',
        ]
          .map((name) => `missing bert.embeddings.${name}`)
          .join('; ')}`,
      )
    })

    it('encodes given embeddings as the published model does', async () => {
      const [model, fixture] = [await load(), io()]
      const { hiddenStates, pooled, logits } = run(model, fixture.tensor('input'))
      expect(relmax(hiddenStates[1]!.dataSync(), fixture.data('hidden.1'))).toBeLessThan(2e-5)
      expect(relmax(hiddenStates[2]!.dataSync(), fixture.data('hidden.2'))).toBeLessThan(2e-5)
      expect(relmax(pooled.dataSync(), fixture.data('pooled'))).toBeLessThan(2e-5)
      expect(relmax(logits.dataSync(), fixture.data('logits'))).toBeLessThan(2e-5)
    })

    it('does not see tokens that are masked', async () => {
      const [model, fixture] = [await load(), io()]
      const { hiddenStates, logits } = run(model, fixture.tensor('input'), fixture.tensor('mask'))
      expect(relmax(hiddenStates[2]!.dataSync(), fixture.data('masked.hidden.2'))).toBeLessThan(2e-5)
      expect(relmax(logits.dataSync(), fixture.data('masked.logits'))).toBeLessThan(2e-5)
    })

    it('runs on new embeddings, drawn from the seed', async () => {
      const inputIds = asInput([101, 2023, 2003, 102])
      const logits = (model: Model) => model.forward({ inputIds }).logits.dataSync()
      expect(logits(await load())).toEqual(logits(await load()))
      expect(logits(await load()).every(Number.isFinite)).toBe(true)
    })
  })
})
