import type { Data, DType } from './dtype.js'
import { BackendError } from './errors.js'
import { jsBackend } from './js-backend.js'
import type { AnyOp, DenseArray, Options, SpecRecord } from './op.js'
import type { TensorSpec } from './tensor.js'

/** Where a backend keeps one tensor's numbers. Opaque to all but the backend. */
export type Storage = object

export type StoredTensor = TensorSpec & { readonly storage: Storage }
export type StorageRecord = {
  readonly [name: string]: StoredTensor | readonly StoredTensor[] | undefined
}

/** Storage and kernels. `js` is correct by reading; other packages bring faster ones. */
export interface Backend {
  readonly name: string
  /** Takes numbers in; the array is not copied and must not change afterwards. */
  store(spec: TensorSpec, data: Data): Storage
  /** A storage of zeros, which a backend may have without writing them. */
  zeros(spec: TensorSpec): Storage
  /** Runs one op; results are new storages in the order and nesting of `results`. */
  run(op: AnyOp, inputs: StorageRecord, options: Options, results: SpecRecord): StorageRecord
  /** Another storage with the same numbers. */
  copy(tensor: StoredTensor): Storage
  /** Which kernel `run` uses for the op: its own, or the reference. */
  kernelFor(op: AnyOp, dtype: DType): string
  read(tensor: StoredTensor): Promise<Data>
  /** Absent where numbers cannot be had without waiting. */
  readSync?(tensor: StoredTensor): Data
  /** The scope of the storage's tensor has ended. Absent where the garbage collector sees to everything. */
  release?(storage: Storage): void
}

/** A kernel of a backend's table, with the dtypes that it takes. */
export interface Kernel {
  readonly dtypes: readonly DType[]
}

/** A visible decision to have no kernel of one's own. */
export interface UseReference {
  readonly useReference: string
}
export function useReference(reason: string): UseReference {
  return { useReference: reason }
}

/** A backend's answer to every op of a catalogue: leaving one out does not compile. */
export type KernelTable<Catalogue, K extends Kernel = Kernel> = {
  readonly [Name in keyof Catalogue]: K | UseReference
}

let current: Backend | undefined

/** The backend of tensors made from now on: the one process-wide setting. */
export function setBackend(backend: Backend): void {
  current = backend
}

/** The backend of tensors made now; the reference backend `js` unless `setBackend` chose another. */
export function getBackend(): Backend {
  return (current ??= jsBackend)
}

/** The one backend among `backends`, or a `BackendError` that says how to move a tensor. */
export function commonBackend(backends: Iterable<Backend>, where: string): Backend | undefined {
  let common: Backend | undefined
  for (const backend of backends) {
    if (common !== undefined && backend !== common) {
      throw new BackendError(
        `${where}: inputs live on two backends, ${common.name} and ${backend.name}; ` +
          `move one with tensor(await t.data(), { shape: t.shape, dtype: t.dtype }) after setBackend(…)`,
      )
    }
    common = backend
  }
  return common
}

/** Gives a reference kernel its view of stored numbers. */
export function denseArray(spec: TensorSpec, data: Data): DenseArray {
  return { shape: spec.shape, dtype: spec.dtype, data }
}
