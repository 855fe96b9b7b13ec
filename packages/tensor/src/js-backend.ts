import { type Backend, denseArray, type StoredTensor } from './backend.js'
import { allocateData, type Data } from './dtype.js'
import type { AnyOp, ArrayRecord, DenseArray, Options, SpecRecord } from './op.js'
import { mapRecord } from './record.js'
import { sizeOf } from './shape.js'

/** A typed array in the garbage collector's care. */
interface JsStorage {
  readonly data: Data
}

/** The reference backend: every op's `reference` kernel on typed arrays, on one thread. */
export const jsBackend: Backend = {
  name: 'js',
  store: (_spec, data): JsStorage => ({ data }),
  zeros: ({ shape, dtype }): JsStorage => ({ data: allocateData(dtype, sizeOf(shape)) }),
  run(op, inputs, options, results) {
    const outputs = runReference(op, mapRecord(inputs, toDense), options, results)
    return mapRecord(outputs, ({ shape, dtype, data }: DenseArray) => ({ shape, dtype, storage: { data } }))
  },
  copy: (tensor): JsStorage => ({ data: dataOf(tensor).slice() }),
  kernelFor: () => 'reference',
  read: async (tensor) => dataOf(tensor).slice(),
  readSync: (tensor) => dataOf(tensor).slice(),
}

/** An op's results by its reference kernel, in arrays made for them. */
export function runReference(
  op: AnyOp,
  inputs: ArrayRecord,
  options: Options,
  results: SpecRecord,
): ArrayRecord {
  const outputs: ArrayRecord = mapRecord(results, (spec) =>
    denseArray(spec, allocateData(spec.dtype, sizeOf(spec.shape))),
  )
  op.reference(inputs, options, outputs)
  return outputs
}

function dataOf(tensor: StoredTensor): Data {
  return (tensor.storage as JsStorage).data
}

function toDense(tensor: StoredTensor): DenseArray {
  return denseArray(tensor, dataOf(tensor))
}
