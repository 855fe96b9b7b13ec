import {
  type Graph,
  type GraphNode,
  lifetimes,
  mapValues,
  overwritten,
  placeIntervals,
  type StorageId,
  storages,
  type ValueId,
  valuesOf,
} from '@gyre/graph'
import { type Parameter, sizeOf } from '@gyre/tensor'
import { throughChains } from './chains.js'
import { type Command, MemoryBlock } from './command.js'
import { lineBytes } from './engine/heap.js'
import type { AnyWasmKernel, Located, LocatedRecord } from './kernel.js'
import { bytesOfSpec } from './storage.js'

/** A block that lies in the arena while the ops from `first` to `last` run. */
interface Stay {
  readonly block: MemoryBlock
  readonly first: number
  readonly last: number
}

/**
 * Where a graph's values lie. Parameters and constants are outside the arena, at addresses known when the graph
 * runs. Everything else gets a place in the arena, shared with what is needed at other times; a result takes the
 * place of an input that ends with it where its op or kernel allows that.
 */
export class GraphLayout {
  readonly #graph: Graph
  readonly #storageOf: readonly StorageId[]
  readonly #blocks = new Map<StorageId, MemoryBlock>()
  /** First and last op during which an arena's block is needed. */
  readonly #stays = new Map<MemoryBlock, { first: number; last: number }>()
  readonly #lastUse: ReadonlyMap<StorageId, number>
  readonly #held: ReadonlySet<StorageId>
  /** For each node the storages that nobody needs after it. */
  readonly #dying: readonly (readonly StorageId[])[]
  /** The parameter whose old numbers a storage is, and the storage of a parameter's new numbers. */
  readonly #parameterAt: ReadonlyMap<StorageId, Parameter>
  readonly #updateOf: ReadonlyMap<Parameter, StorageId>
  /** New numbers that may be written where a parameter's old ones are, by any op after the given one. */
  readonly #homes: ReadonlyMap<StorageId, { readonly block: MemoryBlock; readonly lastRead: number }>

  constructor(graph: Graph) {
    this.#graph = graph
    this.#storageOf = storages(graph)
    const { lastUse, held, dying } = lifetimes(graph, this.#storageOf)
    this.#lastUse = lastUse
    this.#held = held
    this.#dying = dying
    this.#parameterAt = new Map(graph.parameters.map(({ parameter, value }) => [value, parameter]))
    this.#updateOf = new Map(
      graph.updates.map(({ parameter, value }) => [parameter, this.#storageOf[value]!]),
    )
    for (const { value } of [...graph.parameters, ...graph.constants]) {
      this.#blocks.set(value, new MemoryBlock(this.#bytesOf(value)))
    }
    for (const { value } of graph.inputs) this.#add(value, 0, this.end)
    this.#homes = this.#findHomes()
  }

  /** The time after all ops. */
  get end(): number {
    return this.#graph.nodes.length
  }

  blockOf(value: ValueId): MemoryBlock {
    return this.#blocks.get(this.#storageOf[value]!)!
  }

  /** Whether the value is a parameter's old numbers, which an update may overwrite. */
  isParameter(value: ValueId): boolean {
    return this.#parameterAt.has(this.#storageOf[value]!)
  }

  /** Decides where a node's results lie; without a kernel they must not lie over its inputs. */
  addResults(node: GraphNode, kernel: AnyWasmKernel | undefined): void {
    const taken = kernel ? this.#takenOver(node, kernel) : undefined
    for (const id of valuesOf(node.results)) {
      const last = this.#held.has(id) ? this.end : (this.#lastUse.get(id) ?? node.index)
      const home = this.#homes.get(id)
      const block = taken?.get(id) ?? (home && home.lastRead < node.index ? home.block : undefined)
      if (block === undefined) this.#add(id, node.index, last)
      else {
        this.#blocks.set(id, block)
        const stay = this.#stays.get(block)
        if (stay) stay.last = last
      }
    }
  }

  /** A block that is needed only after all ops. */
  addAtEnd(bytes: number): MemoryBlock {
    const block = new MemoryBlock(bytes)
    this.#stays.set(block, { first: this.end, last: this.end })
    return block
  }

  /** The tensors of a record with their places. A result that nothing reads is not `used`. */
  locate(record: GraphNode['inputs'], node: GraphNode): LocatedRecord {
    return mapValues(record, (id): Located => {
      const { shape, dtype } = this.#graph.values[id]!.spec
      const used = this.#lastUse.get(this.#storageOf[id]!) !== node.index || this.#held.has(id)
      return { shape, dtype, block: this.blockOf(id), used: used || record === node.inputs }
    })
  }

  /** Offsets in the arena for everything that lies there, the ops' workspaces included. */
  place(
    workspaces: readonly { readonly block: MemoryBlock; readonly op: number }[],
    commands: readonly Command[],
  ) {
    const stays: Stay[] = [
      ...[...this.#stays].map(([block, times]) => ({ block, ...times })),
      ...workspaces.map(({ block, op }) => ({ block, first: op, last: op })),
    ]
    const { offsets, bytes } = placeIntervals(
      stays.map(({ block, ...times }) => ({ bytes: block.bytes, ...throughChains(times, commands) })),
      lineBytes,
    )
    return { places: stays.map(({ block }, i) => ({ block, offset: offsets[i]! })), bytes }
  }

  /** The blocks that results take over from inputs. */
  #takenOver(node: GraphNode, kernel: AnyWasmKernel): Map<ValueId, MemoryBlock> {
    const dying = this.#dying[node.index]!
    const taken = new Map<ValueId, MemoryBlock>()
    for (const [id, from] of overwritten(this.#graph, this.#storageOf, node, dying)) {
      // A parameter's own memory is for its own new numbers only.
      const parameter = this.#parameterAt.get(from)
      if (parameter === undefined || this.#updateOf.get(parameter) === id)
        taken.set(id, this.#blocks.get(from)!)
    }
    for (const name of kernel.inPlace ?? []) {
      const [result] = valuesOf(node.results) as [ValueId]
      const input = this.#storageOf[node.inputs[name] as ValueId]!
      const block = this.#blocks.get(input)!
      const free = taken.size === 0 && dying.includes(input) && this.#stays.has(block)
      // As many elements and as wide ones: numbers that repeat over bools, which are narrower, may have as many bytes.
      if (free && this.#sizeOf(input) === this.#sizeOf(result) && block.bytes === this.#bytesOf(result))
        taken.set(result, block)
    }
    return taken
  }

  /** Parameters' own memory, for their new numbers: it is free once an op has read the old ones for the last time. */
  #findHomes() {
    const { nodes, parameters, outputs, updates } = this.#graph
    const lastRead = new Map<StorageId, number>()
    for (const { op, index, inputs } of nodes) {
      if (op.view !== undefined) continue
      for (const id of valuesOf(inputs)) lastRead.set(this.#storageOf[id]!, index)
    }
    // Old numbers that are returned, or become another parameter's, are needed to the end.
    for (const { value } of [...outputs, ...updates]) lastRead.set(this.#storageOf[value]!, this.end)
    const homes = new Map<StorageId, { block: MemoryBlock; lastRead: number }>()
    for (const { parameter, value } of parameters) {
      const updated = this.#updateOf.get(parameter)
      if (updated === undefined || homes.has(updated)) continue
      homes.set(updated, { block: this.#blocks.get(value)!, lastRead: lastRead.get(value) ?? -1 })
    }
    return homes
  }

  #add(storage: StorageId, first: number, last: number): void {
    const block = new MemoryBlock(this.#bytesOf(storage))
    this.#blocks.set(storage, block)
    this.#stays.set(block, { first, last })
  }

  #sizeOf(id: ValueId): number {
    return sizeOf(this.#graph.values[id]!.spec.shape)
  }

  #bytesOf(id: ValueId): number {
    return bytesOfSpec(this.#graph.values[id]!.spec)
  }
}
