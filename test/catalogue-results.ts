import {
  type AnyGradients,
  type AnyOp,
  type Data,
  dispatch,
  mapTensors,
  type Options,
  ops,
  SampleSource,
  type Tensor,
  type TensorRecord,
  tensorsOf,
  zeros,
} from '@gyre/tensor'

/** What an op made of a sample: its results, and the gradients of its inputs when its results themselves arrive. */
export interface SampleResults {
  /** `matmul: batches`. */
  readonly name: string
  /** By `results.output[0]`, `gradients.x[0]`. */
  readonly data: ReadonlyMap<string, Data>
}

type Watch = (name: string, run: () => TensorRecord) => TensorRecord

/**
 * Every op of the catalogue on its own samples in float32, on the backend that is set. Made anew for each backend:
 * some samples hold what the op of the forward pass saved, in its backend's own layout. That is left out of the
 * results. `watch` stands around each call of an op on a sample.
 */
export async function catalogueResults(watch?: Watch): Promise<SampleResults[]> {
  const all: SampleResults[] = []
  for (const op of Object.values(ops as unknown as Record<string, AnyOp>)) {
    all.push(...(await sampleResults(op, watch)))
  }
  return all
}

/** The same for one op. */
export async function sampleResults(
  op: AnyOp,
  watch: Watch = (_name, run) => run(),
): Promise<SampleResults[]> {
  const all: SampleResults[] = []
  for (const sample of op.samples(new SampleSource(7, 'float32'))) {
    const name = `${op.name}: ${sample.name}`
    const outputs = watch(
      name,
      () => dispatch(op as never, sample.inputs as never, sample.options as never) as TensorRecord,
    )
    const data = new Map<string, Data>()
    const note = async (kind: string, record: TensorRecord): Promise<void> => {
      for (const [key, value] of Object.entries(record)) {
        for (const [i, tensor] of tensorsOf(value).entries())
          data.set(`${kind}.${key}[${i}]`, await tensor.data())
      }
    }
    await note('results', without(outputs, op.saved ?? []))
    await note('gradients', gradientsOf(op, sample.inputs as TensorRecord, sample.options, outputs))
    all.push({ name, data })
  }
  return all
}

/** The gradients of the inputs; none where the op has none or is differentiated through its composition. */
function gradientsOf(op: AnyOp, inputs: TensorRecord, options: Options, outputs: TensorRecord): TensorRecord {
  if (typeof op.vjp !== 'function') return {}
  const saved = without(outputs, Object.keys(without(outputs, op.saved ?? [])))
  const zeroed = mapTensors(saved, ({ shape, dtype }) => zeros(shape, { dtype }) as Tensor)
  const gradients: AnyGradients = op.vjp({
    inputs,
    options,
    outputs,
    grads: { ...outputs, ...(zeroed as TensorRecord) },
  })
  return Object.fromEntries(
    Object.entries(gradients).flatMap(([input, gradient]) =>
      typeof gradient === 'function' && inputs[input] !== undefined ? [[input, gradient()]] : [],
    ),
  )
}

function without(record: TensorRecord, names: readonly string[]): TensorRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

/** For each sample how far its results are from the expected ones, relative to the largest of each. */
export function differences(
  found: readonly SampleResults[],
  expected: readonly SampleResults[],
): Map<string, number> {
  return new Map(
    expected.map(({ name, data }, i) => {
      const other = found[i]!
      if (other.name !== name || [...other.data.keys()].join() !== [...data.keys()].join())
        throw new Error(`${other.name} stands where ${name} should, or has other results`)
      const each = [...data].map(([key, values]) => relativeDifference(other.data.get(key)!, values))
      return [name, Math.max(0, ...each)]
    }),
  )
}

function relativeDifference(found: Data, expected: Data): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 0
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(found[i], expected[i])) continue
    difference = Math.max(difference, Math.abs(found[i]! - expected[i]!))
  }
  for (const value of expected) largest = Math.max(largest, Math.abs(value))
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / (largest || 1)
}
