import { describe, expect, it } from 'vitest'
import { ones, tensor, zeros } from '../create.js'
import { IndexError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { crossEntropy, crossEntropyOp } from './cross-entropy.js'
import { crossEntropyBackward } from './cross-entropy-backward.js'

const classes = (values: number[]) => tensor(values, { dtype: 'int32' })

describe('crossEntropy', () => {
  it('is log V when nothing is known, whatever is ignored', () => {
    expect(crossEntropy(zeros([3, 8]), classes([0, -100, 7])).itemSync()).toBeCloseTo(Math.log(8), 6)
    expect(crossEntropy(zeros([3, 8]), classes([0, -100, 7]), { reduction: 'sum' }).itemSync()).toBeCloseTo(
      2 * Math.log(8),
      6,
    )
  })

  it('does not overflow for large logits', () => {
    const logits = tensor([
      [1e4, -1e4, 0],
      [-3e4, 0, 3e4],
    ])
    expect(crossEntropy(logits, classes([0, 1])).itemSync()).toBe(1.5e4)
  })

  it('is 0, with gradient 0, when every target is ignored', () => {
    const logits = ones([2, 3])
    const targets = classes([-100, -100])
    const options = { ignoreIndex: -100, reduction: 'mean' as const }
    const { output, logSumExp } = dispatch(crossEntropyOp, { logits, targets }, options)
    expect(output.itemSync()).toBe(0)
    const grad = crossEntropyBackward({ grad: ones([]), logits, targets, logSumExp }, options)
    expect([...grad.dataSync()]).toEqual([0, 0, 0, 0, 0, 0])
  })

  it.each([-1, 3])('names the target %i outside 3 classes', (target) => {
    expect(() => crossEntropy(zeros([2, 3]), classes([0, target]))).toThrow(
      new IndexError(
        `crossEntropy: target ${target} at position 1 is neither a class, 0 to 2, nor the ignored -100`,
      ),
    )
  })

  it('says which targets the logits need', () => {
    expect(() => crossEntropy(zeros([2, 4, 3]), classes([0, 1]))).toThrow(
      'crossEntropy: logits [2, 4, 3] need targets [2, 4], got [2]',
    )
  })
})
