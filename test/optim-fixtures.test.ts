import { readFileSync } from 'node:fs'
import { valueAndGrad } from '@gyre/autograd'
import {
  Adadelta,
  Adam,
  AdamW,
  clipGradNorm,
  constantSchedule,
  cosineSchedule,
  Linear,
  linearSchedule,
  type Optimizer,
  type Schedule,
  SGD,
} from '@gyre/nn'
import { readSafetensors } from '@gyre/safetensors'
import { meanSquaredError, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { onEveryBackendAndGpu } from './on-every-backend.js'

/** A case's hyperparameters, in PyTorch's words. */
interface Case {
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW' | 'Adadelta'
  readonly lr: number
  readonly max_grad_norm: number | null
  readonly schedule: {
    readonly kind: 'linear' | 'cosine'
    readonly warmup: number
    readonly total: number
  } | null
  readonly weight_decay?: number
  readonly momentum?: number
  readonly dampening?: number
  readonly nesterov?: boolean
  readonly betas?: readonly [number, number]
  readonly eps?: number
  readonly rho?: number
}

const at = (name: string): URL => new URL(`./fixtures/vectors/${name}`, import.meta.url)
const cases: Record<string, Case> = JSON.parse(readFileSync(at('optim.json'), 'utf8'))
const file = readSafetensors(readFileSync(at('optim.safetensors')))

function numbers(name: string): Float32Array {
  const { data } = file.get(name)
  if (!(data instanceof Float32Array)) throw new Error(`${name}: expected float32`)
  return data
}

const tensorOf = (name: string): Tensor => tensor(numbers(name), { shape: file.get(name).shape }) as Tensor

function optimizerOf(model: Linear, { optimizer, ...settings }: Case): Optimizer {
  const common = { learningRate: settings.lr, weightDecay: settings.weight_decay }
  switch (optimizer) {
    case 'SGD':
      return new SGD(model, {
        ...common,
        momentum: settings.momentum,
        dampening: settings.dampening,
        nesterov: settings.nesterov,
      })
    case 'Adam':
      return new Adam(model, { ...common, betas: settings.betas, epsilon: settings.eps })
    case 'AdamW':
      return new AdamW(model, { ...common, betas: settings.betas, epsilon: settings.eps })
    case 'Adadelta':
      return new Adadelta(model, { ...common, rho: settings.rho, epsilon: settings.eps })
  }
}

function scheduleOf({ schedule }: Case): Schedule {
  if (!schedule) return constantSchedule()
  const options = { warmupSteps: schedule.warmup, totalSteps: schedule.total }
  return schedule.kind === 'linear' ? linearSchedule(options) : cosineSchedule(options)
}

/** max |actual − expected| / max |expected|; the absolute difference where the expected numbers are all tiny. */
function relativeMaximum(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  const pairs = Array.from(expected, (value, i) => [actual[i]!, value] as const)
  const largest = Math.max(...pairs.map(([, value]) => Math.abs(value)))
  const difference = Math.max(...pairs.map(([value, other]) => Math.abs(value - other)))
  return largest < 1e-6 ? difference : difference / largest
}

const steps = 10
const tolerance = 1e-5

await onEveryBackendAndGpu(() => {
  describe('optimisers and schedules follow PyTorch for ten steps', () => {
    it.each(Object.entries(cases))('%s', async (name, settings) => {
      const model = new Linear(4, 3)
      model.loadStateDict(
        new Map([
          ['weight', tensorOf('problem.w0')],
          ['bias', tensorOf('problem.b0')],
        ]),
      )
      const optimizer = optimizerOf(model, settings)
      const schedule = scheduleOf(settings)
      const lossAndGrads = valueAndGrad(
        () => meanSquaredError(model.forward(tensorOf('problem.x')), tensorOf('problem.y')),
        model,
      )
      for (let step = 0; step < steps; step++) {
        const { value, grads } = lossAndGrads()
        const clipped = clipGradNorm(grads, settings.max_grad_norm ?? Number.POSITIVE_INFINITY)
        const learningRate = settings.lr * schedule(step)
        optimizer.step(settings.max_grad_norm === null ? grads : clipped.grads, { learningRate })

        const expected = (what: string): Float32Array => {
          const all = numbers(`${name}.${what}`)
          return all.subarray((step * all.length) / steps, ((step + 1) * all.length) / steps)
        }
        const actual = {
          loss: await value.data(),
          grad_norm: await clipped.norm.data(),
          lr: [learningRate],
          w: await model.weight.value.data(),
          b: await model.bias!.value.data(),
        }
        for (const [what, values] of Object.entries(actual)) {
          expect(relativeMaximum(values, expected(what)), `${what} at step ${step}`).toBeLessThan(tolerance)
        }
      }
    })

    it('drives every case of the fixtures', () => {
      const recorded = new Set([...file.entries.keys()].map((name) => name.split('.')[0]!))
      recorded.delete('problem')
      expect([...recorded].sort()).toEqual(Object.keys(cases).sort())
      expect(Object.keys(cases)).toHaveLength(17)
    })
  })
})
