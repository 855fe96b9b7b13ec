import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSimulation, type Simulation } from '@gyre/report'
import { describe, expect, it } from 'vitest'
import { complaintOf, gyre, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'

// The time that a test waits for its turn counts too.
const timeout = 240_000

describe.concurrent('gyre simulate', { timeout }, () => {
  const folder = temporaryFolder()
  const size = ['--width', '16', '--layers', '2', '--steps', '5', '--batch-size', '4', '--threads', '1']
  const simulate = (out: string, ...more: string[]): Promise<Simulation> =>
    jsonOf<Simulation>('simulate', ...size, ...more, '--out', join(folder, out))

  it('trains every optimiser at every block size with α and with α / p, and writes what it prints', async () => {
    const simulation = await simulate('all')
    expect(simulation).toMatchObject({ format: 'gyre-simulation', version: 1 })
    expect(simulation.settings.blockSizes).toEqual([1, 4, 16])
    expect(simulation.gradients.map(({ parameters }) => parameters)).toEqual([512, 128, 32])
    const rates = simulation.runs.map(({ optimizer, blockSize, learningRate }) => [
      optimizer,
      blockSize,
      learningRate,
    ])
    const each = (name: string, rate: number) =>
      [
        [1, rate],
        [4, rate],
        [4, rate / 4],
        [16, rate],
        [16, rate / 16],
      ].map((run) => [name, ...run])
    expect(rates).toEqual([...each('sgd', 1), ...each('adadelta', 1), ...each('adamw', 1e-3)])
    const path = join(folder, 'all/simulation.json')
    expect(parseSimulation(readFileSync(path, 'utf8'), path)).toEqual(simulation)
    expect(readFileSync(join(folder, 'all/simulation.md'), 'utf8')).toMatch(/^\*\*AdamW, α = 0\.001\*\*$/m)
  })

  it('begins with gradients that keep to the propositions', async () => {
    const { gradients, runs } = await simulate('gradients')
    for (const { blockSize, norm, denseNorm } of gradients) {
      // Four digits are written.
      expect(norm).toBeLessThanOrEqual(Math.sqrt(blockSize) * denseNorm * 1.001)
      const first = runs.find((run) => run.blockSize === blockSize)!.gradNorms[0]!
      expect(first / norm).toBeCloseTo(1, 3)
    }
    expect(gradients[0]!.norm).toBe(gradients[0]!.denseNorm)
  })

  it('gives the same numbers for the same seed, and others for another', async () => {
    const few = ['--optimizers', 'adamw', '--block-sizes', '4']
    const [first, again, other] = [
      await simulate('seed-0', ...few),
      await simulate('seed-0-again', ...few),
      await simulate('seed-1', ...few, '--seed', '1'),
    ]
    expect(again).toEqual(first)
    expect(other.runs[0]!.losses).not.toEqual(first.runs[0]!.losses)
  })

  it('says where a training diverged, and goes on with the others', async () => {
    const settings = ['--optimizers', 'sgd', '--block-sizes', '1,16', '--learning-rate', '1e4']
    const { runs } = await simulate('diverges', ...settings)
    expect(runs).toHaveLength(3)
    expect(runs[1]).toMatchObject({ scaledRate: false, learningRate: 1e4, divergedAt: 2 })
    expect(runs[1]!.losses).toHaveLength(1)
    const out = join(folder, 'diverges')
    expect(await outputOf('simulate', ...size, ...settings, '--out', out)).toMatch(
      /^ *16 +diverges at step 2 .*\n[\s\S]*^written: .*simulation\.json, \.md and \.html$/m,
    )
  })

  it('makes fewer outputs through a matrix that is not trained', async () => {
    const { gradients, settings } = await simulate('one', '--outputs', '1', '--optimizers', 'sgd')
    expect(settings.outputs).toBe(1)
    expect(gradients[0]!.parameters).toBe(512)
  })
})

describe.concurrent('gyre simulate fails with one sentence', { timeout }, () => {
  const folder = temporaryFolder()
  const complaint = (...args: string[]): Promise<string> =>
    complaintOf('simulate', '--out', join(folder, 'out'), '--width', '16', ...args)

  it('for a block size that does not divide the width', async () => {
    expect(await complaint('--block-sizes', '4,5')).toBe('--block-sizes: 5 does not divide the width 16')
  })

  it('for block sizes, optimisers and numbers that are none', async () => {
    expect(await complaint('--block-sizes', '4,many')).toMatch(
      /--block-sizes.*'4,many'.*expected an integer ≥ 1/,
    )
    expect(await complaint('--optimizers', 'sgd,lion')).toMatch(/'lion' is none of sgd, adadelta, adamw/)
    expect(await complaint('--steps', '0')).toMatch(/--steps.*'0'.*expected an integer ≥ 1/)
    expect(await complaint('--learning-rate', '-1')).toMatch(/--learning-rate.*expected a number above 0/)
  })

  it('for more outputs than the width', async () => {
    expect(await complaint('--outputs', '17')).toBe(
      '--outputs 17: a network of width 16 has 16 outputs at most',
    )
  })

  it('for an output folder that is a file, before anything is computed', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { code, stderr } = await gyre('simulate', '--out', file, '--backend', 'js')
    expect([code, stderr]).toEqual([1, `error: ${file}: a file stands where a folder is expected\n`])
  })
})
