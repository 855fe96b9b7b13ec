import {
  allocateData,
  type Data,
  type HasParameters,
  type Initializer,
  Rng,
  sizeOf,
  type TensorSpec,
} from '@gyre/tensor'

/** Normal numbers with mean 0 and the given standard deviation. */
export function normal(deviation: number): Initializer {
  return (spec, rng) => filled(spec, rng().normals(sizeOf(spec.shape)), (value) => value * deviation)
}

/** Uniform numbers in [-bound, bound). */
export function uniform(bound: number): Initializer {
  return (spec, rng) => filled(spec, rng().uniforms(sizeOf(spec.shape)), (value) => (2 * value - 1) * bound)
}

/** One number everywhere. */
export function constant(value: number): Initializer {
  return (spec) => allocateData(spec.dtype, sizeOf(spec.shape)).fill(value)
}

/**
 * Seeds every parameter of a module with a stream named like the parameter: the same numbers for the same seed
 * and name, in whatever order they are drawn.
 */
export function seedParameters(module: HasParameters, seed: number): void {
  const rng = new Rng(seed)
  for (const [name, parameter] of module.namedParameters()) parameter.seed(rng.child(name))
}

function filled(spec: TensorSpec, values: Float64Array, map: (value: number) => number): Data {
  const data = allocateData(spec.dtype, values.length)
  for (let i = 0; i < values.length; i++) data[i] = map(values[i]!)
  return data
}
