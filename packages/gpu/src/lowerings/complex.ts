import { type Op, ops, sizeOf, type Tensor } from '@gyre/tensor'
import { elementType } from '../data-on-device.js'
import { type AnyGpuKernel, kernelFor } from '../kernel.js'

/** A kernel of one complex input, which WGSL has as the pair `x.x + i·x.y`. */
function ofComplex(op: Op<{ x: Tensor }, Record<never, never>>, value: (x: string) => string): AnyGpuKernel {
  return kernelFor(op, {
    dtypes: ['complex64', 'float32'],
    lower: ({ x }, _options, { output }, lowering) =>
      lowering.elementwise({
        name: op.name,
        count: sizeOf(x.shape),
        inputs: { x: { block: x.block, type: 'vec2<f32>' } },
        output: { block: output.block, type: elementType(output.dtype) },
        value: ({ x }) => value(x!),
      }),
  })
}

export const complexKernels = {
  complex: kernelFor(ops.complex, {
    dtypes: ['float32', 'complex64'],
    lower: ({ re, im }, _options, { output }, lowering) =>
      lowering.elementwise({
        name: 'complex',
        count: sizeOf(re.shape),
        inputs: { re: { block: re.block, type: 'f32' }, im: { block: im.block, type: 'f32' } },
        output: { block: output.block, type: 'vec2<f32>' },
        value: ({ re, im }) => `vec2<f32>(${re}, ${im})`,
      }),
  }),
  real: ofComplex(ops.real, (x) => `${x}.x`),
  imag: ofComplex(ops.imag, (x) => `${x}.y`),
  conj: ofComplex(ops.conj, (x) => `vec2<f32>(${x}.x, -${x}.y)`),
}
