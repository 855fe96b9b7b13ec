import {
  type AnyOp,
  dispatch,
  type Inputs,
  isDifferentiable,
  mapTensors,
  type Options,
  ops,
  SampleSource,
  type Tensor,
  type TensorRecord,
  tensorsOf,
  zeros,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { vjpOfMany } from './grad.js'
import { gradcheck } from './gradcheck.js'

/** One op on one sample as a function of its differentiable inputs alone. */
function differentiablePart(op: AnyOp, inputs: TensorRecord, options: Options) {
  const run = (given: TensorRecord): TensorRecord =>
    // Where the gradient is that of the composition, so is the value: a kernel reads saved values instead of x.
    'throughComposition' in op.vjp
      ? op.composition!(given, options)
      : (dispatch(op as never, given as never, options as never) as TensorRecord)
  const results = run(inputs)
  const saved = new Set(op.saved)
  const without = withoutGradient(op, inputs, options, results)
  const checked: Tensor[] = []
  mapTensors(inputs, (tensor, name) => {
    if (isDifferentiable(tensor.dtype) && !without.has(name)) checked.push(tensor)
  })
  const fn = (...tensors: readonly Tensor[]): readonly Tensor[] => {
    let next = 0
    const given = mapTensors(inputs, (tensor, name) =>
      isDifferentiable(tensor.dtype) && !without.has(name) ? tensors[next++]! : tensor,
    ) as TensorRecord
    const found = run(given)
    return Object.keys(found)
      .filter((name) => !saved.has(name))
      .flatMap((name) => tensorsOf(found[name]))
      .filter((tensor) => isDifferentiable(tensor.dtype))
  }
  return { fn, checked }
}

function withoutGradient(
  op: AnyOp,
  inputs: TensorRecord,
  options: Options,
  outputs: TensorRecord,
): Set<string> {
  if (typeof op.vjp !== 'function') {
    // Saved values enter a composition nowhere, and so have no gradient there.
    return new Set(
      'throughComposition' in op.vjp ? unusedByComposition(op, inputs, options) : Object.keys(inputs),
    )
  }
  const grads = mapTensors(outputs, (t) => zeros(t.shape, { dtype: t.dtype }) as Tensor) as TensorRecord
  const gradients = op.vjp({ inputs, options, outputs, grads })
  return new Set(Object.keys(inputs).filter((name) => typeof gradients[name] !== 'function'))
}

function unusedByComposition(op: AnyOp, inputs: TensorRecord, options: Options): string[] {
  return Object.keys(inputs).filter((name) => {
    let read = false
    const watched = { ...inputs }
    Object.defineProperty(watched, name, {
      enumerable: true,
      get: () => {
        read = true
        return inputs[name]
      },
    })
    op.composition!(watched, options)
    return !read
  })
}

describe('every op of the catalogue', () => {
  for (const op of Object.values(ops) as unknown as AnyOp[]) {
    if ('notDifferentiable' in op.vjp) {
      it(`${op.name} says why it has no gradient`, () => {
        expect((op.vjp as { notDifferentiable: string }).notDifferentiable).toMatch(/\w+ \w+/)
      })
      continue
    }
    for (const sample of op.samples(new SampleSource(1)) as {
      name: string
      inputs: Inputs
      options: Options
    }[]) {
      it(`${op.name} (${sample.name}) has the gradient that finite differences show`, () => {
        const { fn, checked } = differentiablePart(op, sample.inputs as TensorRecord, sample.options)
        expect(checked.length).toBeGreaterThan(0)
        expect(gradcheck(fn, checked)).toBeLessThanOrEqual(1e-6)
      })

      it(`${op.name} (${sample.name}) has a gradient that can be differentiated again`, () => {
        const { fn, checked } = differentiablePart(op, sample.inputs as TensorRecord, sample.options)
        const gradient = (...tensors: readonly Tensor[]): readonly Tensor[] => {
          const source = new SampleSource(2)
          const { values, pullback } = vjpOfMany(fn, tensors)
          return pullback(
            values.map((v) => (v.dtype === 'complex128' ? source.complex(v.shape) : source.normal(v.shape))),
          )
        }
        expect(gradcheck(gradient, checked, { directions: 2 })).toBeLessThanOrEqual(1e-6)
      })
    }
  }
})
