import { cpSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complaintOf, contentsOf, flags, gyre, outputOf, signalledGyre } from './run-gyre.js'
import { timeout, tinyBases } from './tiny-bases.js'

const { inFolder, inputs, pretraining, languageModel, classifier } = tinyBases()

describe.concurrent('an interrupted run', { timeout }, () => {
  const every = { steps: 60, 'checkpoint-every': 4 }
  const checkpoint = 'checkpoint.safetensors'

  it.each([
    {
      name: 'language model with an adapter',
      command: 'finetune',
      options: { ...languageModel, method: 'bca:p=8' },
    },
    {
      name: 'language model with block sizes by the gradients',
      command: 'finetune',
      options: { ...languageModel, method: 'bca:p=auto:budget=300' },
    },
    {
      name: 'classifier with dropout',
      command: 'finetune',
      options: { ...classifier, method: 'full', 'batch-size': 4, accumulate: 2 },
    },
    { name: 'base model', command: 'pretrain', options: { config: inputs.roberta, ...pretraining } },
  ])(
    'of a $name that is killed goes on with --resume to the same bytes',
    async ({ name, command, options }) => {
      const [straight, out] = [inFolder(`${name} straight`), inFolder(`${name} killed`)]
      const undisturbed = outputOf(command, ...flags({ ...options, ...every, out: straight }))
      const killed = await signalledGyre('SIGKILL', '/60', command, ...flags({ ...options, ...every, out }))
      expect(killed).toMatchObject({ code: null, stdout: '' })
      expect(readdirSync(out)).toEqual([checkpoint])
      await undisturbed
      // What a run leaves behind that is killed in the middle of saving itself.
      writeFileSync(join(out, `${checkpoint}.0.partial`), 'half')
      const resumed = await gyre(command, ...flags({ ...options, ...every, out, resume: true }))
      expect(resumed.stderr).toMatch(/^resuming after step \d+ of 60$/m)
      expect(resumed.code).toBe(0)
      expect(contentsOf(out)).toEqual(contentsOf(straight))
    },
  )

  it('by Ctrl-C saves itself, says how to go on, and is not overwritten or mixed up', async () => {
    const options = { ...languageModel, method: 'lora:r=2', steps: 60, 'checkpoint-every': 1000 }
    const [straight, out] = [inFolder('uninterrupted'), inFolder('interrupted')]
    const undisturbed = outputOf('finetune', ...flags({ ...options, out: straight }))
    const args = flags({ ...options, out })
    const { code, stdout, stderr } = await signalledGyre('SIGINT', '/60', 'finetune', ...args)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: stopped after step \d+ of 60; the same command with --resume goes on$/m)
    expect(readdirSync(out)).toEqual([checkpoint])

    expect(await complaintOf('finetune', ...args)).toMatch(
      /checkpoint\.safetensors is from an unfinished run: --resume continues it/,
    )
    const changed = flags({ ...options, out, resume: true, 'learning-rate': 0.02 })
    expect(await complaintOf('finetune', ...changed)).toMatch(
      /the run had learningRate = 0\.001, this one has 0\.02; it cannot be resumed$/,
    )
    const elsewhere = inFolder('continued elsewhere')
    cpSync(out, elsewhere, { recursive: true })
    const onJs = flags({ ...options, out: elsewhere, resume: true, backend: 'js' })
    expect((await gyre('finetune', ...onJs)).stderr).toMatch(
      /^the run was begun on the backend wasm \([a-z\d-]+\) and continues on js: its last digits will differ$/m,
    )
    await outputOf('finetune', ...flags({ ...options, out, resume: true }))
    await undisturbed
    expect(contentsOf(out)).toEqual(contentsOf(straight))
  })
})
