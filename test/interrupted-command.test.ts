import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { complaintOf, contentsOf, flags, gyre, outputOf, type Running, startGyre } from './run-gyre.js'
import { timeout, tinyBases } from './tiny-bases.js'

const { inFolder, inputs, pretraining, languageModel, classifier } = tinyBases()

describe.concurrent('an interrupted run', { timeout }, () => {
  const every = { steps: 60, 'checkpoint-every': 4 }
  const checkpoint = 'checkpoint.safetensors'

  /** Goes on with what a run has left in `out`, to the bytes of one that nobody disturbed. */
  async function expectResumed(command: string, options: Options, out: string, straight: string) {
    // What a run leaves behind that is killed in the middle of saving itself.
    writeFileSync(join(out, `${checkpoint}.0.partial`), 'half')
    const resumed = await gyre(command, ...flags({ ...options, ...every, out, resume: true }))
    expect(resumed.stderr).toMatch(/^resuming after step \d+ of 60$/m)
    expect(resumed.code).toBe(0)
    expect(contentsOf(out)).toEqual(contentsOf(straight))
  }

  it('that is killed goes on with --resume to the same bytes', async () => {
    const options = { ...languageModel, method: 'bca:p=8' }
    const [straight, killed] = [inFolder('straight'), inFolder('killed')]
    const undisturbed = outputOf('finetune', ...flags({ ...options, ...every, out: straight }))
    const run = startGyre('finetune', ...flags({ ...options, ...every, out: killed }))
    await until(run, () => existsSync(join(killed, checkpoint)))
    run.process.kill('SIGKILL')
    expect(await run.finished).toMatchObject({ code: null, stdout: '' })
    expect(readdirSync(killed)).not.toContain('config.json')
    await undisturbed
    await expectResumed('finetune', options, killed, straight)
  })

  it.each([
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
    'of a $name goes on from what it had saved on its way to the same bytes',
    async ({ name, command, options }) => {
      const [straight, killed] = [inFolder(`${name} straight`), inFolder(`${name} killed`)]
      const run = outputOf(command, ...flags({ ...options, ...every, out: straight }))
      while (!existsSync(join(straight, checkpoint))) await setTimeout(2)
      // All that there would be, were it killed now.
      mkdirSync(killed)
      copyFileSync(join(straight, checkpoint), join(killed, checkpoint))
      await run
      await expectResumed(command, options, killed, straight)
    },
  )

  it('by Ctrl-C saves itself, says how to go on, and is not overwritten or mixed up', async () => {
    const options = { ...languageModel, method: 'lora:r=2', steps: 60, 'checkpoint-every': 1000 }
    const [straight, out] = [inFolder('uninterrupted'), inFolder('interrupted')]
    const undisturbed = outputOf('finetune', ...flags({ ...options, out: straight }))
    const run = startGyre('finetune', ...flags({ ...options, out }))
    await until(run, () => run.stderr().includes('/60'))
    run.process.kill('SIGINT')
    const { code, stdout, stderr } = await run.finished
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: stopped after step \d+ of 60; the same command with --resume goes on$/m)
    expect(readdirSync(out)).toEqual(['checkpoint.safetensors'])

    expect(await complaintOf('finetune', ...flags({ ...options, out }))).toMatch(
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

type Options = Parameters<typeof flags>[0]

/** Waits for something to happen to a run; an error when it ended before. */
async function until(run: Running, happened: () => boolean): Promise<void> {
  while (!happened()) {
    if (run.process.exitCode !== null) throw new Error(`the run ended too early: ${run.stderr()}`)
    await setTimeout(2)
  }
}
