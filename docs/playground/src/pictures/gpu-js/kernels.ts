import type { GpuArray } from '@gyre/fft/gpu'
import {
  type AnyOp,
  type ArrayRecord,
  type Data,
  type DenseArray,
  type DType,
  denseArray,
  type Options,
  ops,
  type SpecRecord,
  sizeOf,
  type TensorSpec,
  valuesIn,
} from '@gyre/tensor'
import type { GpuJsPlans } from './gpu-js-plans.js'

/** An op that gpu.js runs. */
export interface GpuJsKernel {
  readonly dtypes: readonly DType[]
  /** The length of its transforms: gpu.js has kernels for powers of two. */
  readonly length: (inputs: SpecRecord, options: Options) => number
  readonly run: (
    inputs: ArrayRecord,
    options: Options,
    results: SpecRecord,
    plans: GpuJsPlans,
  ) => Promise<ArrayRecord>
}

/** The kernel for an op on these inputs; undefined where the reference has to do. */
export function gpuJsKernelFor(op: AnyOp, inputs: SpecRecord, options: Options): GpuJsKernel | undefined {
  const kernel = gpuJsKernels.get(op)
  if (kernel === undefined) return undefined
  const fits = valuesIn(inputs).every(
    ({ shape, dtype }) => kernel.dtypes.includes(dtype) && sizeOf(shape) > 0,
  )
  const length = kernel.length(inputs, options)
  return fits && length >= 2 && Number.isInteger(Math.log2(length)) ? kernel : undefined
}

const lastAxis = (spec: unknown): number => (spec as TensorSpec).shape.at(-1)!

/** A transform along the last axis, of the op's one input. */
function transform(
  method: 'forward' | 'inverse' | 'realForward' | 'realInverse',
  input: string,
  length: GpuJsKernel['length'],
): GpuJsKernel {
  return {
    dtypes: ['float32', 'complex64'],
    length,
    async run(inputs, options, results, plans) {
      const plan = await plans.transform(length(inputs, options))
      const { data } = inputs[input] as DenseArray
      return { output: arrayFor(results.output, await plan[method](data as Float32Array)) }
    },
  }
}

const product: GpuJsKernel = {
  dtypes: ['float32'],
  length: ({ c }) => lastAxis(c),
  run: (inputs, _options, results, plans) =>
    holdingRows(async (hold) => {
      const { x, c } = inputs as Record<string, DenseArray>
      const size = sizeOfMatrix(c!)
      const layer = await plans.circulant(size)
      const upload = (data: Data, width: number) =>
        hold(layer.upload(data as Float32Array, data.length / width))
      const X = await hold(layer.inputSpectrum(await upload(x!.data, size.inFeatures)))
      const C = await hold(layer.weightSpectrum(await upload(c!.data, size.blockSize)))
      const y = await hold(layer.product(X, C))
      return {
        output: arrayFor(results.output, await y.read()),
        inputSpectrum: arrayFor(results.inputSpectrum, await X.read()),
      }
    }),
}

const gradients: GpuJsKernel = {
  dtypes: ['float32', 'complex64'],
  length: ({ c }) => lastAxis(c),
  run: (inputs, _options, results, plans) =>
    holdingRows(async (hold) => {
      const { grad, c, inputSpectrum } = inputs as Record<string, DenseArray>
      const size = sizeOfMatrix(c!)
      const layer = await plans.circulant(size)
      const rows = grad!.data.length / size.outFeatures
      const upload = (data: Data, count: number) => hold(layer.upload(data as Float32Array, count))
      const G = await hold(layer.outputSpectrum(await upload(grad!.data, rows)))
      const C = await hold(layer.weightSpectrum(await upload(c!.data, c!.data.length / size.blockSize)))
      const X = await upload(inputSpectrum!.data, rows)
      const x = await hold(layer.inputGradient(G, C))
      const blocks = await hold(layer.weightGradient(G, X))
      return {
        x: arrayFor(results.x, await x.read()),
        c: arrayFor(results.c, await blocks.read()),
      }
    }),
}

/** What gpu.js runs; anything else is the reference's. */
export const gpuJsKernels: ReadonlyMap<AnyOp, GpuJsKernel> = new Map<unknown, GpuJsKernel>([
  [ops.fft, transform('forward', 'x', ({ x }) => lastAxis(x))],
  [ops.ifft, transform('inverse', 'X', ({ X }) => lastAxis(X))],
  [ops.rfft, transform('realForward', 'x', ({ x }) => lastAxis(x))],
  [ops.irfft, transform('realInverse', 'X', (_inputs, { n }) => n as number)],
  [ops.blockCirculant, product],
  [ops.blockCirculantBackward, gradients],
]) as ReadonlyMap<AnyOp, GpuJsKernel>

function sizeOfMatrix({ shape }: TensorSpec) {
  const [q, k, p] = shape as readonly [number, number, number]
  return { outFeatures: q * p, inFeatures: k * p, blockSize: p }
}

function arrayFor(spec: SpecRecord[string], data: Float32Array): DenseArray {
  return denseArray(spec as TensorSpec, data)
}

type Hold = (rows: Promise<GpuArray>) => Promise<GpuArray>

/** Runs `body`, and then deletes the rows on the device that it held: nobody else does. */
async function holdingRows<T>(body: (hold: Hold) => Promise<T>): Promise<T> {
  const held: GpuArray[] = []
  try {
    return await body(async (promised) => {
      const rows = await promised
      held.push(rows)
      return rows
    })
  } finally {
    for (const rows of held) rows.delete()
  }
}
