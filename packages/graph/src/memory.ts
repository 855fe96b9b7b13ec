import { bytesOf, sizeOf, type TensorSpec } from '@gyre/tensor'
import { type Graph, type GraphNode, idsOf, type ValueId, valuesOf } from './graph.js'

/** A value's storage is named by the value that it was allocated for; views share it. */
export type StorageId = ValueId

/** Bytes of a tensor's numbers. */
export function bytesOfSpec({ shape, dtype }: TensorSpec): number {
  return sizeOf(shape) * bytesOf(dtype)
}

/**
 * Bytes of what the forward phase computes and the backward phase reads, each storage once. Inputs, parameters
 * and constants are not activations: they exist anyway.
 */
export function activationBytes(graph: Graph): number {
  const storageOf = storages(graph)
  const kept = new Set<StorageId>()
  for (const { op, inputs, scope } of graph.nodes) {
    if (op.view !== undefined || scope.phase !== 'backward') continue
    for (const id of valuesOf(inputs)) {
      const { producer } = graph.values[storageOf[id]!]!
      if (typeof producer !== 'string' && producer.scope.phase === 'forward') kept.add(storageOf[id]!)
    }
  }
  return sum(graph, kept)
}

/**
 * The most bytes that are alive at one time when the ops run in their order. Inputs, and parameters that are not
 * assigned, live throughout; a constant from its first use to its last; an assigned parameter's old numbers until
 * they were last read and the new ones exist; outputs and assigned values from their making to the end; anything
 * else until its last use. An op that may overwrite an input (`donates`) does so when nobody needs it afterwards.
 */
export function peakBytes(graph: Graph): number {
  const storageOf = storages(graph)
  const { dying } = lifetimes(graph, storageOf)

  const alive = new Set<StorageId>()
  for (const { value } of [...graph.inputs, ...graph.parameters]) alive.add(value)
  let live = sum(graph, alive)
  let peak = live
  const begin = (storage: StorageId): void => {
    if (alive.has(storage)) return
    alive.add(storage)
    live += bytesOfSpec(graph.values[storage]!.spec)
  }
  const end = (storage: StorageId): void => {
    if (alive.delete(storage)) live -= bytesOfSpec(graph.values[storage]!.spec)
  }
  for (const node of graph.nodes) {
    if (node.op.view !== undefined) continue
    for (const id of valuesOf(node.inputs)) begin(storageOf[id]!)
    // What is overwritten ends as the result that takes its place begins.
    for (const storage of overwritten(graph, storageOf, node, dying[node.index]!).values()) end(storage)
    for (const id of valuesOf(node.results)) begin(storageOf[id]!)
    peak = Math.max(peak, live)
    for (const storage of dying[node.index]!) end(storage)
  }
  return peak
}

/** For every value the storage that it lives in. */
export function storages(graph: Graph): readonly StorageId[] {
  const storageOf = graph.values.map(({ id }): StorageId => id)
  for (const { op, inputs, results } of graph.nodes) {
    if (op.view !== undefined) storageOf[results.output as ValueId] = storageOf[inputs[op.view] as ValueId]!
  }
  return storageOf
}

/** The last node that needs each storage, the storages needed after all nodes, and those that nobody needs after each. */
export function lifetimes(graph: Graph, storageOf: readonly StorageId[]) {
  const lastUse = new Map<StorageId, number>()
  for (const { op, index, inputs, results } of graph.nodes) {
    if (op.view !== undefined) continue
    for (const id of [...valuesOf(inputs), ...valuesOf(results)]) lastUse.set(storageOf[id]!, index)
  }
  const updateOf = new Map(graph.updates.map(({ parameter, value }) => [parameter, storageOf[value]!]))
  const held = new Set<StorageId>([
    ...graph.inputs.map(({ value }) => value),
    ...graph.outputs.map(({ value }) => storageOf[value]!),
    ...updateOf.values(),
  ])
  for (const { parameter, value } of graph.parameters) {
    const successor = updateOf.get(parameter)
    if (successor === undefined) {
      held.add(value)
      continue
    }
    const { producer } = graph.values[successor]!
    const madeAt = typeof producer === 'string' ? -1 : producer.index
    lastUse.set(value, Math.max(lastUse.get(value) ?? -1, madeAt))
  }
  const dying = graph.nodes.map((): StorageId[] => [])
  for (const [storage, index] of lastUse) if (!held.has(storage)) dying[index]?.push(storage)
  return { lastUse, held, dying }
}

/**
 * The inputs' storages that the node's results take over, by result: those that it may overwrite, that end with it,
 * and that it reads under no other name, since what it overwrites first it might read later.
 */
export function overwritten(
  graph: Graph,
  storageOf: readonly StorageId[],
  { op, inputs, results }: GraphNode,
  dying: readonly StorageId[],
): Map<ValueId, StorageId> {
  const taken = new Map<ValueId, StorageId>()
  if (op.donates === undefined) return taken
  const read = new Map<StorageId, number>()
  for (const id of valuesOf(inputs)) read.set(storageOf[id]!, (read.get(storageOf[id]!) ?? 0) + 1)
  for (const [result, input] of Object.entries(op.donates)) {
    if (input === undefined) continue
    const from = idsOf(inputs[input])
    idsOf(results[result]).forEach((to, i) => {
      const storage = storageOf[from[i]!]!
      const { spec, producer } = graph.values[storage]!
      const fits = bytesOfSpec(spec) === bytesOfSpec(graph.values[to]!.spec)
      const once = read.get(storage) === 1
      if (fits && once && producer !== 'constant' && dying.includes(storage)) taken.set(to, storage)
    })
  }
  return taken
}

function sum(graph: Graph, ids: Iterable<StorageId>): number {
  let bytes = 0
  for (const id of ids) bytes += bytesOfSpec(graph.values[id]!.spec)
  return bytes
}
