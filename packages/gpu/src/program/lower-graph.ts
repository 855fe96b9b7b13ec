import {
  type Graph,
  type GraphNode,
  lifetimes,
  mapValues,
  overwritten,
  type StorageId,
  storages,
  trace,
  type ValueId,
  valuesOf,
} from '@gyre/graph'
import { type Parameter, type Tensor, type TensorSpec, valuesIn } from '@gyre/tensor'
import { bytesOnDevice } from '../data-on-device.js'
import type { Located, LocatedRecord } from '../kernel.js'
import { Block } from './block.js'
import { wayOf } from './lower-node.js'
import type { Recorder } from './recorder.js'

/** A tensor that a graph holds as a constant, with the block that its numbers must lie in. */
export interface HeldConstant {
  readonly tensor: Tensor
  readonly block: Block
}

/** A graph's work, put down: where every value lies, in blocks that have no place yet. */
export interface LoweredGraph {
  readonly blockOf: (value: ValueId) => Block
  /** Constants of the ops' compositions; the graph's own are `graph.constants`. */
  readonly constants: readonly HeldConstant[]
}

/**
 * Puts down the work of all nodes. `given` has the blocks of values that are there before: inputs, parameters and
 * constants. A parameter's block may be taken over by its own new numbers alone.
 */
export function lowerGraph(
  graph: Graph,
  given: ReadonlyMap<ValueId, Block>,
  recorder: Recorder,
): LoweredGraph {
  const storageOf = storages(graph)
  const { dying } = lifetimes(graph, storageOf)
  const blocks = new Map<StorageId, Block>(given)
  const constants: HeldConstant[] = []
  const parameterAt = new Map<StorageId, Parameter>(
    graph.parameters.map(({ parameter, value }) => [value, parameter]),
  )
  const updateOf = new Map(graph.updates.map(({ parameter, value }) => [parameter, storageOf[value]!]))
  const blockOf = (value: ValueId): Block => blocks.get(storageOf[value]!)!
  const specOf = (id: ValueId): TensorSpec => graph.values[id]!.spec

  const addResults = (node: GraphNode): void => {
    const taken = overwritten(graph, storageOf, node, dying[node.index]!)
    for (const id of valuesOf(node.results)) {
      const from = taken.get(id)
      const parameter = from === undefined ? undefined : parameterAt.get(from)
      const mayTake = from !== undefined && (parameter === undefined || updateOf.get(parameter) === id)
      blocks.set(id, mayTake ? blocks.get(from)! : new Block(bytesOnDevice(specOf(id))))
    }
  }
  const locate = (record: GraphNode['inputs']): LocatedRecord =>
    mapValues(record, (id): Located => ({ ...specOf(id), block: blockOf(id) }))

  for (const node of graph.nodes) {
    if (node.op.view !== undefined) continue
    const way = wayOf(node.op, mapValues(node.inputs, specOf), node.options, mapValues(node.results, specOf))
    addResults(node)
    const inputs = locate(node.inputs)
    const results = locate(node.results)
    if (way === 'composition') constants.push(...lowerComposition(node, inputs, results, recorder))
    else way.lower(inputs, node.options, results, recorder)
  }
  return { blockOf, constants }
}

/** Puts down a node as the simpler ops that it is composed of. */
function lowerComposition(
  { op, options }: GraphNode,
  inputs: LocatedRecord,
  results: LocatedRecord,
  recorder: Recorder,
): readonly HeldConstant[] {
  const graph = trace((given: { [name: string]: Tensor | Tensor[] | undefined }) =>
    op.composition!(given, options),
  )(mapSpecs(inputs) as never)
  const given = new Map<ValueId, Block>()
  const inputBlocks = valuesIn(inputs).map(({ block }) => block)
  graph.inputs.forEach(({ value }, i) => {
    given.set(value, inputBlocks[i]!)
  })
  const constants = graph.constants.map(({ tensor, value }): HeldConstant => {
    const block = new Block(bytesOnDevice(graph.values[value]!.spec))
    given.set(value, block)
    return { tensor, block }
  })
  const lowered = lowerGraph(graph, given, recorder)
  const wanted = new Map(
    Object.entries(results).flatMap(([name, value]) =>
      [value]
        .flat()
        .map((located, i) => [Array.isArray(value) ? `${name}.${i}` : name, located!.block] as const),
    ),
  )
  for (const { path, value } of graph.outputs) recorder.copy(lowered.blockOf(value), wanted.get(path)!)
  return [...constants, ...lowered.constants]
}

function mapSpecs(record: LocatedRecord): { [name: string]: TensorSpec | TensorSpec[] | undefined } {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      value === undefined ? undefined : Array.isArray(value) ? value.map(spec) : spec(value as Located),
    ]),
  )
}

function spec({ shape, dtype }: Located): TensorSpec {
  return { shape, dtype }
}
