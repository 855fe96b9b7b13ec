import { readdirSync } from 'node:fs'
import { valueAndGrad } from '@gyre/autograd'
import { type CausalLanguageModel, generate } from '@gyre/transformers'
import { loadModelFolder } from '@gyre/transformers/node'
import { describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { onEveryBackendAndGpu } from './on-every-backend.js'
import { relmax } from './relmax.js'

const folders = readdirSync(fixturePath('models')).sort()

const load = async (folder: string) => ({
  model: await loadModelFolder(fixturePath(`models/${folder}`)),
  io: new FixtureFile(`models/${folder}/io.safetensors`),
})

await onEveryBackendAndGpu(() => {
  describe.each(folders)('%s computes what PyTorch computes', (folder) => {
    it('logits, every hidden state and the loss', async () => {
      const { model, io } = await load(folder)
      const { logits, hiddenStates, loss } = model.forward(io.inputs())
      expect(relmax(await logits.data(), io.data('logits'))).toBeLessThan(2e-5)
      expect(hiddenStates).toHaveLength(io.namesAfter('hidden_states.').length)
      for (const [i, state] of hiddenStates.entries()) {
        expect(state.shape).toEqual(io.shape(`hidden_states.${i}`))
        expect(relmax(await state.data(), io.data(`hidden_states.${i}`)), `hidden_states.${i}`).toBeLessThan(
          2e-5,
        )
      }
      expect(Math.abs((await loss!.item()) - io.data('loss')[0]!)).toBeLessThan(1e-5)
    })

    it('the gradient of every parameter', async () => {
      const { model, io } = await load(folder)
      const { grads } = valueAndGrad(() => model.forward(io.inputs()).loss!, model)()
      expect([...grads.keys()].sort()).toEqual(io.namesAfter('grads.').sort())
      for (const [name, gradient] of grads) {
        const expected = io.data(`grads.${name}`)
        expect(gradient.shape, name).toEqual(io.shape(`grads.${name}`))
        if (name.endsWith('.key.bias')) {
          // A bias of the keys shifts all scores of a query alike, which softmax does not see: both are noise about 0.
          const difference = (await gradient.data()).map((value, i) => Math.abs(value - expected[i]!))
          expect(Math.max(...difference), name).toBeLessThan(1e-6)
        } else expect(relmax(await gradient.data(), expected), name).toBeLessThan(5e-5)
      }
    })
  })

  describe.each(folders.filter((folder) => /^(llama|gpt2)/.test(folder)))(
    '%s continues a prompt',
    (folder) => {
      it('greedily with the tokens, and from the logits, that PyTorch has', async () => {
        const { model, io } = await load(folder)
        const prompt = io.data('generate.prompt')
        const output = io.data('generate.output')
        const logits: number[] = []
        const tokens = await generate(model as CausalLanguageModel, prompt, {
          maxNewTokens: output.length,
          stopTokens: [],
          onToken: (_token, values) => logits.push(...values),
        })
        expect(tokens).toEqual([...output])
        expect(relmax(logits, io.data('generate.logits'))).toBeLessThan(2e-5)
      })
    },
  )
})
