import {
  add,
  defineOp,
  dispatch,
  exp,
  inPhase,
  mul,
  neg,
  notDifferentiable,
  Parameter,
  reshape,
  sub,
  type Tensor,
  zeros,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { activationBytes, peakBytes } from './memory.js'
import { trace } from './trace.js'

/** Ten float32 numbers, 40 bytes. */
const vector = { shape: [10], dtype: 'float32' } as const
const bytes = 40

function parameter(): Parameter {
  return new Parameter(vector, () => {
    throw new Error('the numbers were drawn')
  })
}

describe('activationBytes', () => {
  it('counts what the forward phase makes and the backward phase reads, and nothing else', () => {
    const graph = trace((x: Tensor) => {
      const read = exp(x)
      const unread = neg(read)
      return inPhase('backward', () => mul(read, mul(x, parameter().value))) && unread
    })(vector)
    expect(activationBytes(graph)).toBe(bytes)
  })

  it('counts a storage once, through whatever views it is read', () => {
    const graph = trace((x: Tensor) => {
      const y = exp(x)
      const view = reshape(y, [2, 5])
      return inPhase('backward', () => [mul(view, view), neg(y), neg(reshape(view, [5, 2]))])
    })(vector)
    expect(activationBytes(graph)).toBe(bytes)
  })

  it('does not take a view alone for a read', () => {
    const graph = trace((x: Tensor) => {
      const y = exp(x)
      return inPhase('backward', () => reshape(y, [2, 5]))
    })(vector)
    expect(activationBytes(graph)).toBe(0)
  })
})

describe('peakBytes', () => {
  it('frees a value after its last use', () => {
    // At most the input, one value and the next.
    expect(peakBytes(trace((x: Tensor) => exp(exp(exp(exp(x)))))(vector))).toBe(3 * bytes)
  })

  it('keeps a value that is needed later', () => {
    const graph = trace((x: Tensor) => {
      const first = exp(x)
      return add(exp(exp(exp(first))), first)
    })(vector)
    expect(peakBytes(graph)).toBe(4 * bytes)
  })

  it('keeps outputs to the end', () => {
    expect(peakBytes(trace((x: Tensor) => [exp(x), exp(x), exp(x)])(vector))).toBe(4 * bytes)
  })

  it('lets views share their storage and keep it alive', () => {
    const graph = trace((x: Tensor) => {
      const y = exp(x)
      const view = reshape(y, [2, 5])
      return [exp(exp(exp(x))), neg(view)]
    })(vector)
    expect(peakBytes(graph)).toBe(4 * bytes)
  })

  it('counts a value that nobody uses while it is made', () => {
    const graph = trace((x: Tensor) => {
      exp(x)
      exp(x)
      return x
    })(vector)
    expect(peakBytes(graph)).toBe(2 * bytes)
  })

  it('counts a constant from its first use to its last', () => {
    const graph = trace((x: Tensor) => add(exp(add(exp(x), zeros([10]))), zeros([10])))(vector)
    // Input, value, constant, sum: twice, one after the other.
    expect(peakBytes(graph)).toBe(4 * bytes)
  })

  it('frees the old numbers of an assigned parameter once the new ones exist', () => {
    const weights = [parameter(), parameter(), parameter()]
    const graph = trace(() => {
      for (const weight of weights) weight.assign(neg(weight.value))
    })()
    expect(peakBytes(graph)).toBe(4 * bytes)
  })

  it('updates a parameter in place where the op takes its storage', () => {
    const step = (update: (p: Tensor, g: Tensor) => Tensor) => {
      const weight = parameter()
      return peakBytes(trace((gradient: Tensor) => weight.assign(update(weight.value, gradient)))(vector))
    }
    expect(step((p, g) => sub(p, g))).toBe(3 * bytes)
    expect(step((p, g) => update([p], [g])[0]!)).toBe(2 * bytes)
  })

  it('does not overwrite what is still needed, or belongs to the caller', () => {
    expect(peakBytes(trace((x: Tensor) => update([x], [x]))(vector))).toBe(2 * bytes)
    const graph = trace((x: Tensor) => {
      const y = exp(x)
      return add(update([y], [x])[0]!, y)
    })(vector)
    expect(peakBytes(graph)).toBe(4 * bytes)
  })

  it('overwrites one by one in a list', () => {
    const graph = trace((x: Tensor) => {
      const given = exp(x)
      const kept = exp(x)
      return [update([given, kept], [x, x]), kept]
    })(vector)
    expect(peakBytes(graph)).toBe(4 * bytes)
  })
})

function update(p: readonly Tensor[], g: readonly Tensor[]): readonly Tensor[] {
  return dispatch(updateOp, { p, g }, {}).p
}

/** p - g for each pair, in p's storage where it is given up. */
const updateOp = defineOp<
  { p: readonly Tensor[]; g: readonly Tensor[] },
  Record<never, never>,
  { p: readonly Tensor[] }
>()({
  name: 'update',
  doc: { summary: 'A step of gradient descent.' },
  shape: ({ p }) => ({ p }),
  reference: ({ p, g }, _options, results) => {
    results.p.forEach(({ data }, n) => {
      for (let i = 0; i < data.length; i++) data[i] = p[n]!.data[i]! - g[n]!.data[i]!
    })
  },
  vjp: notDifferentiable('an update is a step, not a function to differentiate'),
  cost: () => ({ flops: 10 }),
  samples: () => [],
  donates: { p: 'p' },
})
