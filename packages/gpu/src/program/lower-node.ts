import { type AnyOp, BackendError, kernelTaking, type Options, type SpecRecord, valuesIn } from '@gyre/tensor'
import { isOnGpu } from '../data-on-device.js'
import type { AnyGpuKernel } from '../kernel.js'
import { kernelTable } from '../kernel-table.js'

/** How an op runs here: on a kernel, or as its composition. Anything else is an error that names it. */
export function wayOf(
  op: AnyOp,
  inputs: SpecRecord,
  options: Options,
  results: SpecRecord,
): AnyGpuKernel | 'composition' {
  for (const { dtype } of [...valuesIn(inputs), ...valuesIn(results)]) {
    if (!isOnGpu(dtype)) {
      throw new BackendError(`${op.name}: the backend gpu has no ${dtype}; WGSL computes in float32`)
    }
  }
  const kernel = kernelTaking(kernelTable, op, inputs, options, results)
  if (kernel !== undefined) return kernel
  if (op.composition !== undefined) return 'composition'
  const of = [...new Set(valuesIn(inputs).map(({ dtype }) => dtype))].join(', ')
  throw new BackendError(
    `${op.name}: the backend gpu has no kernel for inputs of ${of}, and the op no composition`,
  )
}
