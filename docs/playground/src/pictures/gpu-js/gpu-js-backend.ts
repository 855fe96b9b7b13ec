import type { GpuBackend } from '@gyre/fft/gpu'
import {
  type AnyOp,
  type ArrayRecord,
  allocateData,
  type Backend,
  BackendError,
  type Data,
  type DenseArray,
  type DType,
  denseArray,
  type Options,
  runReference,
  type SpecRecord,
  type StorageRecord,
  type StoredTensor,
  sizeOf,
  type TensorSpec,
} from '@gyre/tensor'
import { GpuJsPlans } from './gpu-js-plans.js'
import { gpuJsKernelFor, gpuJsKernels } from './kernels.js'

/** Numbers that are, or will be, in the memory of JavaScript: gpu.js gives nothing at once. */
interface PromisedNumbers {
  readonly data: Promise<Data>
}

/**
 * Fourier transforms and block-circulant products through gpu.js, which also runs where there is no WebGPU; every
 * other op by its reference kernel. Every op waits for its inputs, so that nobody else has to.
 */
export class GpuJsBackend implements Backend {
  readonly name: string
  readonly #plans: GpuJsPlans

  constructor(backend: GpuBackend) {
    this.name = backend
    this.#plans = new GpuJsPlans(backend)
  }

  /** Runs one transform, and says what ran it; a `BackendError` where it gives something else. */
  async check(): Promise<string> {
    const plan = await this.#plans.transform(2)
    const [sum, , difference] = await plan.forward(Float32Array.of(3, 0, 1, 0))
    if (sum !== 4 || difference !== 2) {
      throw new BackendError(
        `${this.name}: a transform of (3, 1) gave (${sum}, ${difference}) instead of (4, 2)`,
      )
    }
    return plan.kernel
  }

  store(_spec: TensorSpec, data: Data): PromisedNumbers {
    return { data: Promise.resolve(data) }
  }

  zeros({ shape, dtype }: TensorSpec): PromisedNumbers {
    return { data: Promise.resolve(allocateData(dtype, sizeOf(shape))) }
  }

  run(op: AnyOp, inputs: StorageRecord, options: Options, results: SpecRecord): StorageRecord {
    const kernel = gpuJsKernelFor(op, inputs, options)
    const made = arraysOf(inputs).then((arrays): ArrayRecord | Promise<ArrayRecord> =>
      kernel === undefined
        ? runReference(op, arrays, options, results)
        : kernel.run(arrays, options, results, this.#plans),
    )
    const promised = (spec: TensorSpec, pick: (arrays: ArrayRecord) => DenseArray): StoredTensor => {
      const data = made.then((arrays) => pick(arrays).data)
      data.catch(() => {}) // whoever reads is told
      return { shape: spec.shape, dtype: spec.dtype, storage: { data } satisfies PromisedNumbers }
    }
    return Object.fromEntries(
      Object.entries(results).map(([name, spec]) => [
        name,
        Array.isArray(spec)
          ? spec.map((each, i) => promised(each, (arrays) => (arrays[name] as readonly DenseArray[])[i]!))
          : promised(spec as TensorSpec, (arrays) => arrays[name] as DenseArray),
      ]),
    )
  }

  copy(tensor: StoredTensor): PromisedNumbers {
    const data = dataOf(tensor).then((numbers) => numbers.slice())
    data.catch(() => {}) // as above
    return { data }
  }

  kernelFor(op: AnyOp, dtype: DType): string {
    return gpuJsKernels.get(op)?.dtypes.includes(dtype) ? 'gpu.js' : 'reference'
  }

  async read(tensor: StoredTensor): Promise<Data> {
    return (await dataOf(tensor)).slice()
  }
}

function dataOf({ storage }: StoredTensor): Promise<Data> {
  return (storage as PromisedNumbers).data
}

async function arraysOf(inputs: StorageRecord): Promise<ArrayRecord> {
  const arrayOf = async (tensor: StoredTensor): Promise<DenseArray> =>
    denseArray(tensor, await dataOf(tensor))
  const arrays: Record<string, DenseArray | readonly DenseArray[] | undefined> = {}
  for (const [name, value] of Object.entries(inputs)) {
    if (value === undefined) continue
    arrays[name] = Array.isArray(value)
      ? await Promise.all(value.map(arrayOf))
      : await arrayOf(value as StoredTensor)
  }
  return arrays
}
