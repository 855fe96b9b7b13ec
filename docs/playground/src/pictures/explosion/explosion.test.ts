import { type Backend, jsBackend, setBackend } from '@gyre/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { lossFigure, normFigure } from './explosion-figures.js'
import {
  type ExplosionProgress,
  type ExplosionSettings,
  explosionTraining,
  network,
} from './explosion-training.js'
import { LiveExplosion } from './live-explosion.js'
import { finalLoss, growthOf, growthSentence, outcomeOf, outcomeSentences } from './outcome.js'

afterEach(() => setBackend(jsBackend))

async function trained(settings: ExplosionSettings): Promise<ExplosionProgress> {
  let last: ExplosionProgress | undefined
  for await (const progress of explosionTraining(settings)) last = progress
  return last!
}

const oneBlock = { blockSize: 256, optimizer: 'sgd', outputs: 'all' } as const

describe('the training of the explosion picture', () => {
  it('shows the paper’s case: gradients that agree, α that kills, and α / p that learns', async () => {
    const progress = await trained(oneBlock)
    const [withAlpha, scaled] = progress.curves
    expect(withAlpha!.points.at(-1)).toMatchObject({ diverged: true, gradNorm: 0 })
    expect(outcomeOf(withAlpha!)).toBe('dead at step 2')
    expect(scaled!.points).toHaveLength(network.steps)
    expect(finalLoss(scaled!)).toBeLessThan(0.6)
    const growth = growthOf(progress)!
    expect(growth.rootMeanSquare).toBeGreaterThan(150)
    expect(growthSentence(progress.settings, growth)).toContain('√p is 16, p is 256')
    expect(outcomeSentences(progress).join(' ')).toMatch(
      /^SGD with α.=.1 kills the network: at step 2 .* SGD with α.\/.p.=.1.\/.256 brings the loss from .* dividing by p saves the training\.$/,
    )
  })

  it('shows the other case: with one output gradients are independent, and α / p only slows', async () => {
    const progress = await trained({ ...oneBlock, outputs: 'one' })
    const { rootMeanSquare } = growthOf(progress)!
    expect(rootMeanSquare).toBeGreaterThan(12)
    expect(rootMeanSquare).toBeLessThan(22)
    expect(outcomeSentences(progress).at(-1)).toBe('Here dividing by p only makes the training slower.')
  })

  it('has one curve for the dense network, and says nothing of an end before there is one', async () => {
    const training = explosionTraining({ ...oneBlock, blockSize: 1 })
    await training.next()
    const { value } = await training.next()
    const progress = value as ExplosionProgress
    expect(progress.curves.map(({ points }) => points.length)).toEqual([1])
    expect(progress.curves[0]!.points[0]!.gradNorm / progress.denseNorm).toBeCloseTo(1, 4)
    expect(outcomeSentences(progress)).toEqual([])
  })
})

describe('the figures', () => {
  it('have room for what a logarithmic axis cannot show: 0, and what is no number', () => {
    const point = (step: number, loss: number, gradNorm: number) => ({
      step,
      loss,
      gradNorm,
      diverged: step === 2,
    })
    const progress: ExplosionProgress = {
      settings: oneBlock,
      denseNorm: 2,
      curves: [{ scaled: false, points: [point(1, 2, 20), point(2, Number.NaN, 0)] }],
    }
    expect(normFigure(progress).y).toMatchObject({ domain: [2 / 1.3, 20 * 1.3] })
    expect(lossFigure(progress).y).toMatchObject({ domain: [1 / 1.3, 2 * 1.3] })
  })
})

describe('LiveExplosion', () => {
  const pace = { step: 0, drawing: 0 }
  const nextProgress = (live: LiveExplosion, points: number): Promise<void> =>
    new Promise((resolve) => {
      const unsubscribe = live.progress.subscribe((progress) => {
        if ((progress?.curves[0]?.points.length ?? 0) < points) return
        resolve()
        queueMicrotask(() => unsubscribe())
      })
    })

  it('stops when told to, and keeps what it has', async () => {
    const live = new LiveExplosion()
    const over = live.start({ ...oneBlock, optimizer: 'adamw' }, pace)
    await nextProgress(live, 2)
    live.stop()
    await over
    expect(live.status.value).toBe('stopped')
    expect(live.progress.value!.curves[0]!.points).toHaveLength(2)
  })

  it('ends one training for the next, and finishes that', async () => {
    const live = new LiveExplosion()
    const first = live.start({ ...oneBlock, optimizer: 'adamw' }, pace)
    await nextProgress(live, 1)
    await Promise.all([first, live.start(oneBlock, { step: 0, drawing: Number.POSITIVE_INFINITY })])
    expect(live.status.value).toBe('finished')
    expect(live.progress.value!.settings).toEqual(oneBlock)
    expect(live.progress.value!.curves[1]!.points).toHaveLength(network.steps)
  })

  it('stops without a word when the page’s backend changes', async () => {
    const live = new LiveExplosion()
    const over = live.start({ ...oneBlock, optimizer: 'adamw' }, pace)
    await nextProgress(live, 1)
    setBackend({ ...jsBackend, name: 'other' })
    await over
    expect([live.status.value, live.failure.value]).toEqual(['stopped', undefined])
  })

  it('works where numbers cannot be read without waiting', async () => {
    const { readSync: _, ...waiting } = jsBackend
    setBackend(waiting)
    const live = new LiveExplosion()
    const over = live.start({ ...oneBlock, optimizer: 'adamw' }, pace)
    await nextProgress(live, 2)
    live.stop()
    await over
    expect(live.failure.value).toBeUndefined()
  })

  it('says why a training broke off', async () => {
    const lost: Backend = {
      ...jsBackend,
      run: () => {
        throw new Error('the device is lost')
      },
    }
    setBackend(lost)
    const live = new LiveExplosion()
    await live.start(oneBlock, pace)
    expect([live.status.value, live.failure.value]).toEqual(['failed', 'the device is lost'])
  })
})
