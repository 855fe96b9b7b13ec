import v8 from 'node:v8'
import {
  type AnyOp,
  add,
  mapRecord,
  mul,
  ops,
  SampleSource,
  type SpecRecord,
  type Tensor,
  type TensorSpec,
  tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'
import { MemoryBlock } from '../command.js'
import type { AnyWasmKernel } from '../kernel.js'
import { normalizationKernels } from './normalization.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

const shapes = [
  [1, 1],
  [3],
  [17, 3],
  [5, 5],
  [2, 3, 7, 4],
  [3, 172],
  [67, 1376],
  [1100, 64],
  [2, 8195],
  [0, 4],
]

describe.each(['simd128', 'relaxed-simd'] as const)('with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)
  const options = { epsilon: 1e-5 }

  it.each(shapes)('layerNorm and its gradients of [%s, …]', (...shape) => {
    const source = new SampleSource(1, 'float32')
    const rows = shape.slice(0, -1)
    const features = shape.slice(-1)
    const inputs = { x: source.normal(shape), weight: source.normal(features), bias: source.normal(features) }
    expectLikeReference(backends, ops.layerNorm, inputs, options)
    const { x, weight } = inputs
    const saved = { mean: source.normal(rows, 0.1), reciprocalDeviation: source.between(rows) }
    const gradients = { grad: source.normal(shape), x, weight, ...saved }
    expectLikeReference(backends, ops.layerNormBackward, gradients, options)
  })

  it.each(shapes)('rmsNorm and its gradients of [%s, …]', (...shape) => {
    const source = new SampleSource(2, 'float32')
    const x = source.normal(shape)
    const weight = source.normal(shape.slice(-1))
    expectLikeReference(backends, ops.rmsNorm, { x, weight }, options)
    const reciprocalRms = source.between(shape.slice(0, -1))
    const gradients = { grad: source.normal(shape), x, weight, reciprocalRms }
    expectLikeReference(backends, ops.rmsNormBackward, gradients, options)
  })

  it.each([1000, 1e6])('layerNorm keeps the digits of rows around %s', (centre) => {
    const source = new SampleSource(3, 'float32')
    const [weight, bias] = [source.normal([257]), source.normal([257])]
    const x = add(source.normal([9, 257]), centre) as unknown as Tensor
    expectLikeReference(backends, ops.layerNorm, { x, weight, bias }, options)
  })

  it('norms take numbers whose squares are beyond float32', () => {
    const source = new SampleSource(4, 'float32')
    const [weight, bias] = [source.normal([10]), source.normal([10])]
    const x = mul(source.normal([3, 10]), 1e25) as unknown as Tensor
    expectLikeReference(backends, ops.layerNorm, { x, weight, bias }, options)
    expectLikeReference(backends, ops.rmsNorm, { x, weight }, options)
  })
  it('norms keep rows apart: one that is NaN, one that is constant', () => {
    const source = new SampleSource(5, 'float32')
    const [weight, bias] = [source.normal([5]), source.normal([5])]
    const rows = [
      [1, 2, NaN, 4, 5],
      [0.1, 0.1, 0.1, 0.1, 0.1],
      [1, 2, 3, 4, 5],
      [0, 0, 0, 0, 0],
    ]
    const x = tensor(rows.flat(), { shape: [4, 5] }) as Tensor
    expectLikeReference(backends, ops.layerNorm, { x, weight, bias }, options)
    expectLikeReference(backends, ops.rmsNorm, { x, weight }, options)
  })
})

describe('the gradients of norms', () => {
  /** The calls of kernels when only some of the results are used. */
  function callsFor(op: AnyOp, kernel: AnyWasmKernel, inputs: SpecRecord, used: string): unknown[] {
    const calls: unknown[] = []
    const located = (spec: TensorSpec, isUsed: boolean) => ({
      ...spec,
      block: new MemoryBlock(64),
      used: isUsed,
    })
    kernel.lower(
      mapRecord(inputs, (spec) => located(spec, true)),
      { epsilon: 1e-5 },
      Object.fromEntries(
        Object.entries(op.shape(inputs, {})).map(([name, spec]) => [
          name,
          located(spec as TensorSpec, name === used),
        ]),
      ),
      {
        run: (name, args) =>
          calls.push([name, ...Object.keys(args).filter((key) => args[key as never] === null)]),
        workspace: (bytes) => new MemoryBlock(bytes),
        constant: () => new MemoryBlock(0),
        guard: () => 0,
      },
    )
    return calls
  }

  const rows = { shape: [2], dtype: 'float32' } as const
  const features = { shape: [4], dtype: 'float32' } as const
  const matrix = { shape: [2, 4], dtype: 'float32' } as const

  it('are computed only as far as they are used', () => {
    const { layerNormBackward, rmsNormBackward } = normalizationKernels
    const layer = { grad: matrix, x: matrix, weight: features, mean: rows, reciprocalDeviation: rows }
    const layerCalls = (used: string) =>
      callsFor(ops.layerNormBackward as never, layerNormBackward, layer, used)
    expect(layerCalls('x')).toEqual([['layerNormBackward', 'weightParts', 'biasParts']])
    expect(layerCalls('bias')).toEqual([['layerNormBackward', 'xGrad'], ['addPartialRows']])
    const rms = { grad: matrix, x: matrix, weight: features, reciprocalRms: rows }
    const rmsCalls = (used: string) => callsFor(ops.rmsNormBackward as never, rmsNormBackward, rms, used)
    expect(rmsCalls('x')).toEqual([['rmsNormBackward', 'weightParts']])
    expect(rmsCalls('weight')).toEqual([['rmsNormBackward', 'xGrad'], ['addPartialRows']])
  })
})
