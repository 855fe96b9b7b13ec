import type { Backend, Storage, StorageRecord, StoredTensor } from '@gyre/tensor'
import { type Graph, mapValues, valuesOf } from './graph.js'

/** The numbers that a graph runs on, each list in the order of the graph's own. */
export interface GraphArguments {
  readonly inputs: readonly StoredTensor[]
  readonly parameters: readonly StoredTensor[]
  readonly constants: readonly StoredTensor[]
}

export interface GraphResults {
  readonly outputs: readonly Storage[]
  /** The storage of each updated parameter: the one that it had, when it was written in place. */
  readonly updates: readonly Storage[]
}

/** A graph made ready to run on a backend, any number of times. */
export interface GraphRunner {
  run(values: GraphArguments): GraphResults
  /** Whether it writes new numbers of a parameter where the old ones are. */
  readonly writesInPlace: boolean
  /** Bytes in which it keeps what it computes, where it plans them. */
  readonly plannedBytes?: number
}

/** A backend that runs whole graphs: it knows what comes next, and where everything may lie. */
export interface GraphBackend extends Backend {
  prepare(graph: Graph): GraphRunner
}

/** Makes a graph ready for a backend: by its own `prepare`, or op by op. */
export function prepareGraph(graph: Graph, backend: Backend): GraphRunner {
  return 'prepare' in backend ? (backend as GraphBackend).prepare(graph) : new OpByOp(graph, backend)
}

/** Runs a graph's ops in their order, and forgets each value after its last use. */
class OpByOp implements GraphRunner {
  readonly writesInPlace = false
  readonly #graph: Graph
  readonly #backend: Backend
  /** For each node the values that nobody needs after it. */
  readonly #lastUses: readonly (readonly number[])[]

  constructor(graph: Graph, backend: Backend) {
    this.#graph = graph
    this.#backend = backend
    this.#lastUses = lastUsesOf(graph)
  }

  run({ inputs, parameters, constants }: GraphArguments): GraphResults {
    const graph = this.#graph
    const stored: (StoredTensor | undefined)[] = new Array(graph.values.length)
    const put = (places: readonly { readonly value: number }[], tensors: readonly StoredTensor[]): void => {
      places.forEach(({ value }, i) => {
        stored[value] = tensors[i]
      })
    }
    put(graph.inputs, inputs)
    put(graph.parameters, parameters)
    put(graph.constants, constants)
    for (const node of graph.nodes) {
      const { op, options } = node
      const at = (id: number): StoredTensor => stored[id]!
      if (op.view !== undefined) {
        const output = node.results.output as number
        stored[output] = {
          ...graph.values[output]!.spec,
          storage: at(node.inputs[op.view] as number).storage,
        }
      } else {
        const results = this.#backend.run(
          op,
          mapValues(node.inputs, at) as StorageRecord,
          options,
          mapValues(node.results, (id) => graph.values[id]!.spec),
        )
        for (const [name, ids] of Object.entries(node.results)) {
          const made = results[name]
          if (typeof ids === 'number') stored[ids] = made as StoredTensor
          else
            ids?.forEach((id, i) => {
              stored[id] = (made as readonly StoredTensor[])[i]
            })
        }
      }
      for (const id of this.#lastUses[node.index]!) stored[id] = undefined
    }
    const storageOf = ({ value }: { readonly value: number }): Storage => stored[value]!.storage
    return { outputs: graph.outputs.map(storageOf), updates: graph.updates.map(storageOf) }
  }
}

function lastUsesOf(graph: Graph): number[][] {
  const lastUse = new Map<number, number>()
  for (const { index, inputs, results } of graph.nodes) {
    for (const id of [...valuesOf(inputs), ...valuesOf(results)]) lastUse.set(id, index)
  }
  for (const { value } of [...graph.outputs, ...graph.updates]) lastUse.delete(value)
  const lists = graph.nodes.map((): number[] => [])
  for (const [id, index] of lastUse) lists[index]!.push(id)
  return lists
}
