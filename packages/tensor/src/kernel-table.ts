import type { Kernel, KernelTable, UseReference } from './backend.js'
import { ops } from './catalogue.js'
import type { AnyOp, Options, SpecRecord } from './op.js'
import { valuesIn } from './record.js'

type CatalogueTable<K extends Kernel> = KernelTable<typeof ops, K>

/** A table's kernel for an op; undefined where the table has none, or the op is not the catalogue's. */
export function kernelIn<K extends Kernel>(table: CatalogueTable<K>, op: AnyOp): K | undefined {
  const name = op.name as keyof typeof ops
  if ((ops as { readonly [name: string]: unknown })[name] !== op) return undefined
  const entry: K | UseReference = table[name]
  return 'useReference' in entry ? undefined : entry
}

/** A kernel that may take some inputs only. */
interface ChoosyKernel extends Kernel {
  readonly takes?: (inputs: SpecRecord, options: Options) => boolean
}

/** The kernel that runs an op on these inputs: it has their dtypes and the results', and takes them. */
export function kernelTaking<K extends ChoosyKernel>(
  table: CatalogueTable<K>,
  op: AnyOp,
  inputs: SpecRecord,
  options: Options,
  results: SpecRecord,
): K | undefined {
  const kernel = kernelIn(table, op)
  if (kernel === undefined) return undefined
  const hasDTypes = [...valuesIn(inputs), ...valuesIn(results)].every(({ dtype }) =>
    kernel.dtypes.includes(dtype),
  )
  return hasDTypes && (kernel.takes?.(inputs, options) ?? true) ? kernel : undefined
}

/** The ops that a table has no kernel for, with why. */
export function reasonsIn<K extends Kernel>(table: CatalogueTable<K>): Map<string, string> {
  const reasons = new Map<string, string>()
  for (const [name, entry] of Object.entries<K | UseReference>(table)) {
    if ('useReference' in entry) reasons.set(name, entry.useReference)
  }
  return reasons
}
