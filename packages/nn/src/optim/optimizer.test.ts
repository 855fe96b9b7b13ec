import { currentNameScope, full, Parameter, type Phase, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { constant } from '../initializers.js'
import { Adadelta } from './adadelta.js'
import { Adam, AdamW } from './adam.js'
import type { ParameterGroups } from './groups.js'
import { type GroupStep, Optimizer } from './optimizer.js'
import { SGD } from './sgd.js'

type Named = [name: string, parameter: Parameter]

const ofOnes = (trainable = true): Parameter =>
  new Parameter({ shape: [2], dtype: 'float32', trainable }, constant(1))
const numbers = (parameter: Parameter): number[] => [...parameter.value.dataSync()]
const gradients = (...entries: [string, readonly number[]][]): Map<string, Tensor> =>
  new Map(entries.map(([name, values]) => [name, tensor([...values]) as Tensor]))

/** One of each kind, with every piece of state that the kind can have. */
const kinds: Record<string, (groups: ParameterGroups) => Optimizer> = {
  'SGD with momentum': (groups) =>
    new SGD(groups, { learningRate: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.01 }),
  Adam: (groups) => new Adam(groups, { learningRate: 0.1, weightDecay: 0.01 }),
  AdamW: (groups) => new AdamW(groups, { learningRate: 0.1, weightDecay: 0.01 }),
  Adadelta: (groups) => new Adadelta(groups, { weightDecay: 0.01 }),
}

describe.each(Object.entries(kinds))('%s', (_name, make) => {
  const gradientAt = (step: number) =>
    gradients(['w', [Math.sin(step + 1), Math.cos(step)]], ['b', [0.5, -step]])
  const fresh = (): { named: Named[]; optimizer: Optimizer } => {
    const named: Named[] = [
      ['w', ofOnes()],
      ['b', ofOnes()],
    ]
    return { named, optimizer: make(named) }
  }

  it('goes on from its state bit for bit', () => {
    const straight = fresh()
    for (let step = 0; step < 6; step++) straight.optimizer.step(gradientAt(step))

    const before = fresh()
    for (let step = 0; step < 3; step++) before.optimizer.step(gradientAt(step))
    const after = fresh()
    after.named.forEach(([, parameter], i) => {
      parameter.assign(before.named[i]![1].value)
    })
    after.optimizer.loadStateDict(before.optimizer.stateDict())
    for (let step = 3; step < 6; step++) after.optimizer.step(gradientAt(step))

    expect(after.named.map(([, parameter]) => numbers(parameter))).toEqual(
      straight.named.map(([, parameter]) => numbers(parameter)),
    )
    // Without its state it would have gone elsewhere, so the state matters.
    const forgetful = fresh()
    forgetful.named.forEach(([, parameter], i) => {
      parameter.assign(before.named[i]![1].value)
    })
    for (let step = 3; step < 6; step++) forgetful.optimizer.step(gradientAt(step))
    expect(numbers(forgetful.named[0]![1])).not.toEqual(numbers(straight.named[0]![1]))
  })

  it('leaves frozen parameters alone and keeps no state for them', () => {
    const [moving, frozen] = [ofOnes(), ofOnes(false)]
    const optimizer = make([
      ['moving', moving],
      ['frozen', frozen],
    ])
    optimizer.step(gradients(['moving', [1, 1]]))
    expect(numbers(frozen)).toEqual([1, 1])
    expect(numbers(moving)).not.toEqual([1, 1])
    expect([...optimizer.stateDict().keys()].filter((name) => name.includes('frozen'))).toEqual([])
  })

  it('leaves a parameter alone that was frozen later', () => {
    const { named, optimizer } = fresh()
    optimizer.step(gradientAt(0))
    const [[, w], [, b]] = named as [Named, Named]
    const left = numbers(w)
    w.trainable = false
    optimizer.step(gradients(['b', [1, 1]]))
    expect(numbers(w)).toEqual(left)
    expect(numbers(b)).not.toEqual([1, 1])
  })

  it('lists every problem of a state', () => {
    const { optimizer } = fresh()
    const state = optimizer.stateDict()
    const [first] = state.keys()
    state.delete(first!)
    state.set('other', tensor([1]) as Tensor)
    expect(() => optimizer.loadStateDict(state)).toThrow(new RegExp(`missing ${first}; unexpected other`))
  })
})

describe('Optimizer', () => {
  const sgd = (groups: ParameterGroups, learningRate = 0.5): SGD => new SGD(groups, { learningRate })

  it('takes a module, pairs, or groups', () => {
    const parameter = ofOnes()
    const pairs: Named[] = [['w', parameter]]
    for (const groups of [pairs, new Map(pairs), { namedParameters: () => pairs }, [{ parameters: pairs }]]) {
      parameter.assign(tensor([1, 1]) as Tensor)
      sgd(groups).step(gradients(['w', [1, 2]]))
      expect(numbers(parameter)).toEqual([0.5, 0])
    }
  })

  it('gives each group its rate and weight decay, and prints the rates', () => {
    const [a, b, c] = [ofOnes(), ofOnes(), ofOnes()]
    const optimizer = sgd([
      { name: 'kernels', parameters: [['a', a]], learningRateScale: 1 / 4 },
      { name: 'head', parameters: [['b', b]], learningRate: 0.25 },
      { parameters: [['c', c]], weightDecay: 2 },
    ])
    expect(optimizer.effectiveLearningRates()).toEqual([
      { name: 'kernels', learningRate: 0.125, numbers: 2 },
      { name: 'head', learningRate: 0.25, numbers: 2 },
      { name: 'group 2', learningRate: 0.5, numbers: 2 },
    ])
    optimizer.step(gradients(['a', [1, 1]], ['b', [1, 1]], ['c', [1, 1]]))
    expect([a, b, c].map(numbers)).toEqual([
      [0.875, 0.875],
      [0.75, 0.75],
      [-0.5, -0.5],
    ])
  })

  it('keeps the groups’ ratios under a schedule, given as a number or as a tensor', () => {
    const run = (learningRate: number | Tensor): number[][] => {
      const [a, b] = [ofOnes(), ofOnes()]
      const groups = [
        { parameters: [['a', a]] as Named[], learningRateScale: 0.5 },
        { parameters: [['b', b]] as Named[] },
      ]
      sgd(groups).step(gradients(['a', [1, 1]], ['b', [1, 1]]), { learningRate })
      return [a, b].map(numbers)
    }
    expect(run(0.25)).toEqual([
      [0.875, 0.875],
      [0.75, 0.75],
    ])
    expect(run(full([], 0.25) as Tensor)).toEqual(run(0.25))
  })

  it('names the gradients that are missing, unknown or of the wrong shape', () => {
    const optimizer = sgd([
      ['a', ofOnes()],
      ['b', ofOnes()],
      ['frozen', ofOnes(false)],
    ])
    expect(() => optimizer.step(gradients(['a', [1, 2, 3]], ['c', [1, 1]], ['frozen', [1, 1]]))).toThrow(
      'SGD.step: the gradient for a is [3], expected [2]; no gradient for b; a gradient for c, which was unknown or ' +
        'frozen when the optimiser was made; a gradient for frozen, which was unknown or frozen',
    )
  })

  it('rejects a name or a parameter that comes twice', () => {
    const shared = ofOnes()
    expect(() =>
      sgd([
        ['a', shared],
        ['b', shared],
      ]),
    ).toThrow('b comes twice among the parameters, first as a')
    expect(() => sgd([{ parameters: [['a', shared]] }, { parameters: [['a', ofOnes()]] }])).toThrow(
      'a comes twice among the parameters',
    )
  })

  it('rejects settings outside their range', () => {
    expect(() => sgd([], -1)).toThrow('SGD: learningRate is -1; expected a number above 0')
    expect(() => sgd([['w', ofOnes()]]).step(gradients(['w', [1, 1]]), { learningRate: Number.NaN })).toThrow(
      'SGD.step: learningRate is NaN',
    )
    expect(() => new SGD([], { learningRate: 1, nesterov: true })).toThrow('nesterov needs momentum')
    expect(() => new AdamW([], { learningRate: 1, betas: [0.9, 1] })).toThrow('betas[1] is 1')
    expect(() => new Adadelta([], { rho: 1 })).toThrow('rho is 1')
  })

  it('works in the update phase', () => {
    const phases: Phase[] = []
    class Observed extends Optimizer {
      protected override update(_groups: readonly GroupStep[]): void {
        phases.push(currentNameScope().phase)
      }
    }
    new Observed('Observed', [['w', ofOnes()]], { learningRate: 1, weightDecay: 0 }).step(
      gradients(['w', [1, 1]]),
    )
    expect(phases).toEqual(['update'])
  })

  it('trains parameters of float64 too', () => {
    const parameter = new Parameter({ shape: [1], dtype: 'float64' }, constant(1))
    const optimizer = new SGD([['w', parameter]], { learningRate: 0.1, momentum: 0.5, dampening: 0.1 })
    for (let step = 0; step < 2; step++)
      optimizer.step(new Map([['w', tensor([1], { dtype: 'float64' }) as Tensor]]))
    // The second direction is 0.5 · 1 + 0.9 · 1.
    expect(parameter.value.itemSync()).toBeCloseTo(1 - 0.1 - 0.14, 14)
  })
})
