import { describe, expect, it } from 'vitest'
import { formatSimulation, simulationMarkdown } from './format-simulation.js'
import { finalLoss, parseSimulation, type Simulation } from './simulation.js'

const settings = { width: 4, layers: 1, outputs: 4, steps: 20, batchSize: 2, seed: 0 } as const
const curve = { losses: Array.from({ length: 20 }, (_, i) => 20 - i), gradNorms: [8] }
const run = { blockSize: 4, optimizer: 'sgd', learningRate: 1 } as const
const simulation: Simulation = {
  format: 'gyre-simulation',
  version: 1,
  settings: { ...settings, blockSizes: [1, 4], optimizers: ['sgd'] },
  gradients: [
    { blockSize: 1, parameters: 16, norm: 2, denseNorm: 2 },
    { blockSize: 4, parameters: 4, norm: 3, denseNorm: 1.5 },
  ],
  runs: [
    { ...run, blockSize: 1, scaledRate: false, ...curve },
    { ...run, scaledRate: false, losses: [1], gradNorms: [3], divergedAt: 2 },
    { ...run, scaledRate: true, learningRate: 0.25, ...curve },
  ],
}

describe('finalLoss', () => {
  it('is the mean of the last tenth of the steps, and none where the training diverged', () => {
    expect(finalLoss(curve)).toBe(1.5)
    expect(finalLoss({ losses: [3], gradNorms: [1] })).toBe(3)
    expect(finalLoss({ ...curve, divergedAt: 21 })).toBeUndefined()
  })
})

describe('parseSimulation', () => {
  it('reads what was written', () => {
    expect(parseSimulation(JSON.stringify(simulation), 'here')).toEqual(simulation)
  })

  it('says what is no simulation, and which version it does not know', () => {
    expect(() => parseSimulation('{', 'a.json')).toThrow(/^a\.json: /)
    expect(() => parseSimulation('null', 'a.json')).toThrow(
      'a.json: expected format "gyre-simulation" in version 1, got undefined in version undefined',
    )
    expect(() => parseSimulation(JSON.stringify({ ...simulation, version: 2 }), 'a.json')).toThrow(
      /version 2$/,
    )
  })
})

describe('the tables of a simulation', () => {
  it('show α beside α / p, and the dense network, for which they are one, in both columns', () => {
    const text = formatSimulation(simulation)
    expect(text).toMatch(/^SGD, α = 1$/m)
    expect(text).toMatch(/^1 +1\.500 +8\.00 +1\.500 +8\.00$/m)
    expect(text).toMatch(/^4 +diverges at step 2 +3\.00 +1\.500 +8\.00$/m)
  })

  it('show how much larger one number of the gradient is than in a dense network', () => {
    expect(simulationMarkdown(simulation)).toMatch(
      /^\| +4 \| +4 \| 3\.00 \| +1\.50 \| +2\.00 \| +4\.0 \| 2\.0 \|$/m,
    )
  })
})
