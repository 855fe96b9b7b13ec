import {
  type Graph,
  type GraphArguments,
  type GraphNode,
  type GraphResults,
  type GraphRunner,
  lifetimes,
  mapValues,
  overwritten,
  placeIntervals,
  type StorageId,
  storages,
  type ValueId,
  valuesOf,
} from '@gyre/graph'
import { type ArrayRecord, mapRecord, type Parameter, type StoredTensor, valuesIn } from '@gyre/tensor'
import type { WasmBackend } from './backend.js'
import { EncodedProgram, MemoryBlock } from './command.js'
import type { Constants } from './constants.js'
import type { Engine } from './engine/engine.js'
import { lineBytes } from './engine/heap.js'
import type { Located, LocatedRecord } from './kernel.js'
import { Recorder } from './recorder.js'
import { bytesOfSpec, copyOut, viewAt, WasmStorage } from './storage.js'

/** A stretch of calls that run without going back to JavaScript, or one call of a reference kernel. */
type Segment =
  | { readonly program: EncodedProgram; readonly block: MemoryBlock }
  | { readonly reference: () => void }

/**
 * A graph as programs for the kernels. Everything that it computes lies in the arena, at places planned by when it
 * is needed; parameters and constants are resident and are read, and written, where they are.
 */
export class GraphProgram implements GraphRunner {
  readonly writesInPlace = true
  readonly plannedBytes: number
  readonly #graph: Graph
  readonly #engine: Engine
  readonly #backend: WasmBackend
  readonly #recorder: Recorder
  readonly #segments: readonly Segment[]
  /** Blocks in the arena, with their offsets in it. */
  readonly #planned: readonly { readonly block: MemoryBlock; readonly offset: number }[]
  /** Where each value lies; views share one block, and so does what overwrites something. */
  readonly #blocks: ReadonlyMap<StorageId, MemoryBlock>
  readonly #storageOf: readonly StorageId[]
  readonly #outputBlocks: readonly MemoryBlock[]
  /** Parameters that are written and never read, with where their numbers lie at the end. */
  readonly #replaced: ReadonlyMap<Parameter, MemoryBlock>
  /** The arena's address in the programs as they are written; undefined before they are. */
  #arenaAddress: number | undefined

  constructor(graph: Graph, engine: Engine, constants: Constants, backend: WasmBackend) {
    this.#graph = graph
    this.#engine = engine
    this.#backend = backend
    this.#recorder = new Recorder(constants)
    this.#storageOf = storages(graph)
    const blocks = new Map<StorageId, MemoryBlock>()
    const intervals = new Map<MemoryBlock, { first: number; last: number }>()
    this.#blocks = blocks

    const end = graph.nodes.length
    const { lastUse, held } = lifetimes(graph, this.#storageOf)
    const bytesOf = (id: ValueId): number => bytesOfSpec(graph.values[id]!.spec)
    const outside = new Set<StorageId>([...graph.parameters, ...graph.constants].map(({ value }) => value))
    for (const id of outside) blocks.set(id, new MemoryBlock(bytesOf(id)))
    for (const { value } of graph.inputs) {
      const block = new MemoryBlock(bytesOf(value))
      blocks.set(value, block)
      intervals.set(block, { first: 0, last: end })
    }
    const updatedBy = new Map(
      graph.updates.map(({ parameter, value }) => [parameter, this.#storageOf[value]]),
    )
    const parameterAt = new Map(graph.parameters.map(({ parameter, value }) => [value, parameter]))

    const segments: Segment[] = []
    let begun = 0
    const closeSegment = (): void => {
      const commands = this.#recorder.commands.slice(begun)
      begun = this.#recorder.commands.length
      if (commands.length === 0) return
      const program = new EncodedProgram(commands)
      segments.push({ program, block: engine.allocateFor(this, program.bytes) })
    }
    const dying = graph.nodes.map((): StorageId[] => [])
    for (const [storage, index] of lastUse) if (!held.has(storage)) dying[index]!.push(storage)
    for (const node of graph.nodes) {
      if (node.op.view !== undefined) continue
      const kernel = backend.kernelOf(
        node.op,
        this.#specs(node.inputs),
        node.options,
        this.#specs(node.results),
      )
      // A reference kernel writes to zeroed results, never over its inputs.
      const taken = kernel && overwritten(graph, this.#storageOf, node, dying[node.index]!)
      for (const id of valuesOf(node.results)) {
        const last = held.has(id) ? end : (lastUse.get(id) ?? node.index)
        const from = taken?.get(id)
        // A parameter's own memory is for its own new numbers only.
        const parameter = from === undefined ? undefined : parameterAt.get(from)
        if (from !== undefined && (parameter === undefined || updatedBy.get(parameter) === id)) {
          const block = blocks.get(from)!
          blocks.set(id, block)
          const interval = intervals.get(block)
          if (interval) interval.last = last
        } else {
          const block = new MemoryBlock(bytesOf(id))
          blocks.set(id, block)
          intervals.set(block, { first: node.index, last })
        }
      }
      if (kernel) {
        this.#recorder.currentOp = node.index
        kernel.lower(
          this.#locate(node.inputs),
          node.options,
          this.#locate(node.results, (id) => lastUse.get(id) !== node.index || held.has(id)),
          this.#recorder,
        )
      } else {
        closeSegment()
        segments.push({ reference: () => this.#runReference(node) })
      }
    }

    // Old numbers that are needed at the end are saved before new ones take their place.
    const saved = (id: StorageId): MemoryBlock => {
      const block = blocks.get(id)!
      if (!parameterAt.has(id)) return block
      const copy = new MemoryBlock(block.bytes)
      intervals.set(copy, { first: end, last: end })
      this.#copy(block, copy)
      return copy
    }
    this.#outputBlocks = graph.outputs.map(({ value }) => saved(this.#storageOf[value]!))
    const copies = graph.updates.flatMap(({ parameter, value }) => {
      const source = this.#storageOf[value]!
      const own = graph.parameters.find((each) => each.parameter === parameter)
      if (own && blocks.get(source) === blocks.get(own.value)) return []
      return [{ parameter, from: saved(source), to: own && blocks.get(own.value) }]
    })
    for (const { from, to } of copies) if (to) this.#copy(from, to)
    this.#replaced = new Map(
      copies.flatMap(({ parameter, from, to }) => (to ? [] : [[parameter, from] as const])),
    )
    closeSegment()
    this.#segments = segments

    const temporary = [
      ...[...intervals].map(([block, { first, last }]) => ({ block, first, last })),
      ...this.#recorder.workspaces.map(({ block, op }) => ({ block, first: op, last: op })),
    ]
    const { offsets, bytes } = placeIntervals(
      temporary.map(({ block, first, last }) => ({ bytes: block.bytes, first, last })),
      lineBytes,
    )
    this.#planned = temporary.map(({ block }, i) => ({ block, offset: offsets[i]! }))
    this.plannedBytes = bytes
  }

  run({ inputs, parameters, constants }: GraphArguments): GraphResults {
    const graph = this.#graph
    const engine = this.#engine
    // Everything that may make the memory grow or move comes first.
    const moved = [
      ...parameters.map((stored, i) => this.#place(graph.parameters[i]!.value, stored)),
      ...constants.map((stored, i) => this.#place(graph.constants[i]!.value, stored)),
    ].includes(true)
    const arena = engine.arena(this.plannedBytes)
    if (moved || arena.address !== this.#arenaAddress) this.#write(arena.address)
    inputs.forEach(({ storage }, i) => {
      const { value } = graph.inputs[i]!
      viewAt(engine, this.#blocks.get(value)!.address, graph.values[value]!.spec).set(
        (storage as WasmStorage).view,
      )
    })
    for (const segment of this.#segments) {
      if ('reference' in segment) segment.reference()
      else {
        const refusal = engine.run(segment.program, segment.block.address, this.#recorder.scratchBytes)
        if (refusal) throw this.#recorder.guards[refusal.guard]!(refusal.position, refusal.value)
      }
    }
    const copied = (block: MemoryBlock, value: ValueId): WasmStorage => {
      const { spec } = graph.values[value]!
      return new WasmStorage(engine, spec, copyOut(engine, block.address, spec))
    }
    return {
      outputs: graph.outputs.map(({ value }, i) => copied(this.#outputBlocks[i]!, value)),
      updates: graph.updates.map(({ parameter, value }) => {
        const replaced = this.#replaced.get(parameter)
        if (replaced) return copied(replaced, value)
        const own = graph.parameters.findIndex((each) => each.parameter === parameter)
        return parameters[own]!.storage
      }),
    }
  }

  /** Takes the place of a resident value; says whether it is another than last time. */
  #place(value: ValueId, { storage }: StoredTensor): boolean {
    const { address } = (storage as WasmStorage).makeResident()
    const block = this.#blocks.get(value)!
    if (block.address === address) return false
    block.address = address
    return true
  }

  #write(arenaAddress: number): void {
    for (const { block, offset } of this.#planned) block.address = arenaAddress + offset
    for (const segment of this.#segments) {
      if ('program' in segment) segment.program.write(this.#engine.buffer, segment.block.address)
    }
    this.#arenaAddress = arenaAddress
  }

  #copy(from: MemoryBlock, to: MemoryBlock): void {
    const chunkSize = 1 << 18
    this.#recorder.run(
      'copy',
      { source: from, output: to, bytes: from.bytes, chunkSize },
      { chunks: Math.ceil(from.bytes / chunkSize) },
    )
  }

  #runReference({ op, inputs, options, results }: GraphNode): void {
    this.#backend.noteFallback(op)
    const arrays = (record: GraphNode['inputs']): ArrayRecord =>
      mapRecord(this.#locate(record), ({ shape, dtype, block }) => ({
        shape,
        dtype,
        data: viewAt(this.#engine, block.address, { shape, dtype }),
      }))
    const outputs = arrays(results)
    for (const { data } of valuesIn(outputs)) data.fill(0)
    op.reference(arrays(inputs), options, outputs)
  }

  #specs(record: GraphNode['inputs']) {
    return mapValues(record, (id) => this.#graph.values[id]!.spec)
  }

  #locate(record: GraphNode['inputs'], used: (id: ValueId) => boolean = () => true): LocatedRecord {
    return mapValues(record, (id): Located => {
      const { shape, dtype } = this.#graph.values[id]!.spec
      return { shape, dtype, block: this.#blocks.get(this.#storageOf[id]!)!, used: used(id) }
    })
  }
}
