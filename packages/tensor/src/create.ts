import {
  allocateData,
  type Data,
  type DataOf,
  type DType,
  type FloatDType,
  holds,
  isComplex,
} from './dtype.js'
import { lazyTensor } from './eager.js'
import { DTypeError, ShapeError } from './errors.js'
import { Rng } from './rng.js'
import { checkShape, formatShape, type Shape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

export type NestedNumbers = number | boolean | readonly NestedNumbers[]

/**
 * A tensor from numbers: nested arrays, whose nesting is the shape, or a typed array with a shape (default: one
 * axis). dtype defaults to the typed array's, else float32. Complex numbers are interleaved pairs. A typed array
 * of the right kind is taken over, not copied: do not change it afterwards.
 */
export function tensor<const S extends Shape = Shape, D extends DType = 'float32'>(
  values: NestedNumbers | DataOf[D] | Data,
  options: { readonly shape?: S; readonly dtype?: D } = {},
): Tensor<S, D> {
  const nested = typeof values === 'number' || typeof values === 'boolean' || Array.isArray(values)
  const dtype = (options.dtype ?? (nested ? 'float32' : dtypeOf(values as Data))) as D
  const perElement = isComplex(dtype) ? 2 : 1
  const flat = nested ? flatten(values as NestedNumbers) : (values as Data)
  let shape = options.shape as Shape | undefined
  if (shape === undefined) {
    shape = nested ? shapeOf(values as NestedNumbers) : [flat.length]
    if (perElement === 2) shape = shape.slice(0, -1).concat(Math.floor(shape.at(-1)! / 2))
  }
  checkShape(shape, 'tensor')
  if (flat.length !== sizeOf(shape) * perElement) {
    throw new ShapeError(
      `tensor: shape ${formatShape(shape)} of ${dtype} needs ${sizeOf(shape) * perElement} numbers, got ${flat.length}`,
    )
  }
  let data: Data
  if (!nested && holds(flat as Data, dtype)) data = flat as Data
  else {
    data = allocateData(dtype, sizeOf(shape))
    data.set(dtype === 'bool' ? Array.from(flat, truth) : flat)
  }
  return lazyTensor({ shape: shape as S, dtype }, () => data)
}

/** A tensor filled with one number. Nothing is allocated until a kernel reads it. */
export function full<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  value: number,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  checkShape(shape, 'full')
  const dtype = (options.dtype ?? 'float32') as D
  if (value === 0) return lazyTensor({ shape, dtype }, 'zeros')
  return lazyTensor({ shape, dtype }, () => {
    const data = allocateData(dtype, sizeOf(shape))
    if (!isComplex(dtype)) return data.fill(dtype === 'bool' ? truth(value) : value)
    for (let i = 0; i < data.length; i += 2) data[i] = value
    return data
  })
}

export function zeros<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  return full(shape, 0, options)
}

export function ones<const S extends Shape, D extends DType = 'float32'>(
  shape: S,
  options: { readonly dtype?: D } = {},
): Tensor<S, D> {
  return full(shape, 1, options)
}

/** The integers 0 … count - 1, shape `[count]`. */
export function arange<D extends DType = 'int32'>(
  count: number,
  options: { readonly dtype?: D } = {},
): Tensor<readonly [number], D> {
  const dtype = (options.dtype ?? 'int32') as D
  checkShape([count], 'arange')
  return lazyTensor({ shape: [count] as const, dtype }, () => {
    const data = allocateData(dtype, count)
    for (let i = 0; i < count; i++) data[isComplex(dtype) ? 2 * i : i] = i
    return data
  })
}

/** Standard normal numbers. `seed` is a number, or a stream from which they are drawn now. */
export function randn<const S extends Shape, D extends FloatDType = 'float32'>(
  shape: S,
  options: { readonly seed: number | Rng; readonly dtype?: D },
): Tensor<S, D> {
  return drawn('randn', shape, options, (rng, count) => rng.normals(count))
}

/** Numbers uniform in [0, 1). `seed` as for `randn`. */
export function rand<const S extends Shape, D extends FloatDType = 'float32'>(
  shape: S,
  options: { readonly seed: number | Rng; readonly dtype?: D },
): Tensor<S, D> {
  return drawn('rand', shape, options, (rng, count) => rng.uniforms(count))
}

function drawn<S extends Shape, D extends FloatDType>(
  name: string,
  shape: S,
  options: { readonly seed: number | Rng; readonly dtype?: D },
  draw: (rng: Rng, count: number) => Float64Array,
): Tensor<S, D> {
  checkShape(shape, name)
  const dtype = (options.dtype ?? 'float32') as D
  const values = draw(typeof options.seed === 'number' ? new Rng(options.seed) : options.seed, sizeOf(shape))
  return tensor(values, { shape, dtype })
}

/** A number as bool: 1 unless it is 0. */
function truth(value: number): number {
  return Number(value !== 0)
}

function dtypeOf(data: Data): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Uint8Array) return 'bool'
  throw new DTypeError(
    `tensor: expected numbers, nested arrays, or a Float32Array, Float64Array, Int32Array or Uint8Array, ` +
      `got ${Object.prototype.toString.call(data)}`,
  )
}

function shapeOf(values: NestedNumbers): number[] {
  const shape: number[] = []
  for (let level: NestedNumbers | undefined = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length)
  }
  return shape
}

function flatten(values: NestedNumbers): number[] {
  const shape = shapeOf(values)
  const flat: number[] = []
  const visit = (value: NestedNumbers, depth: number): void => {
    if (!Array.isArray(value)) {
      if (depth !== shape.length) throw ragged(shape)
      flat.push(Number(value))
      return
    }
    if (value.length !== shape[depth]) throw ragged(shape)
    for (const item of value) visit(item, depth + 1)
  }
  visit(values, 0)
  return flat
}

function ragged(shape: Shape): ShapeError {
  return new ShapeError(
    `tensor: nested arrays are ragged; the first entries have shape ${formatShape(shape)}`,
  )
}
