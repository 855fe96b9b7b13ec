import {
  type Graph,
  type GraphArguments,
  type GraphNode,
  type GraphResults,
  type GraphRunner,
  mapValues,
  type ValueId,
} from '@gyre/graph'
import { type ArrayRecord, mapRecord, type StoredTensor, valuesIn } from '@gyre/tensor'
import type { WasmBackend } from './backend.js'
import { withChains } from './chains.js'
import { type Command, EncodedProgram, type MemoryBlock } from './command.js'
import type { Constants } from './constants.js'
import type { Engine } from './engine/engine.js'
import { GraphLayout } from './graph-layout.js'
import { Recorder } from './recorder.js'
import { copyOut, viewAt, WasmStorage } from './storage.js'

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
  /** Bytes of the arena that it needs. */
  readonly plannedBytes: number
  readonly #graph: Graph
  readonly #engine: Engine
  readonly #backend: WasmBackend
  readonly #layout: GraphLayout
  readonly #recorder: Recorder
  readonly #segments: Segment[] = []
  /** Blocks in the arena, with their offsets in it. */
  readonly #places: readonly { readonly block: MemoryBlock; readonly offset: number }[]
  readonly #outputBlocks: readonly MemoryBlock[]
  /** For each update the parameter in whose own memory the new numbers are, by its index, or where else they are. */
  readonly #updatePlaces: (number | MemoryBlock)[] = []
  /** The arena's address in the programs as they are written; undefined before they are. */
  #arenaAddress: number | undefined

  constructor(graph: Graph, engine: Engine, constants: Constants, backend: WasmBackend) {
    this.#graph = graph
    this.#engine = engine
    this.#backend = backend
    this.#layout = new GraphLayout(graph)
    this.#recorder = new Recorder(constants)
    const commands: Command[] = []
    for (const node of graph.nodes) {
      if (node.op.view === undefined && !this.#lower(node)) {
        commands.push(...this.#closeSegment())
        this.#segments.push({ reference: () => this.#runReference(node) })
      }
    }
    this.#outputBlocks = this.#lowerEnd()
    commands.push(...this.#closeSegment())
    const { places, bytes } = this.#layout.place(this.#recorder.workspaces, commands)
    this.#places = places
    this.plannedBytes = bytes
  }

  run({ inputs, parameters, constants }: GraphArguments): GraphResults {
    const graph = this.#graph
    const engine = this.#engine
    // Everything that may make the memory grow or move comes first.
    const moved = [
      ...parameters.map((stored, i) => this.#find(graph.parameters[i]!.value, stored)),
      ...constants.map((stored, i) => this.#find(graph.constants[i]!.value, stored)),
    ].includes(true)
    const arena = engine.arena(this.plannedBytes)
    if (moved || arena.address !== this.#arenaAddress) this.#write(arena.address)
    inputs.forEach(({ storage }, i) => {
      const { value } = graph.inputs[i]!
      const { spec } = graph.values[value]!
      viewAt(engine, this.#layout.blockOf(value).address, spec).set((storage as WasmStorage).view)
    })
    for (const segment of this.#segments) {
      if ('reference' in segment) segment.reference()
      else {
        const refusal = engine.run(segment.program, segment.block.address, this.#recorder.scratchBytes)
        if (refusal) throw this.#recorder.guards[refusal.guard]!(refusal.position, refusal.value)
      }
    }
    return {
      outputs: graph.outputs.map(({ value }, i) => this.#copyOut(this.#outputBlocks[i]!, value)),
      updates: graph.updates.map(({ value }, i) => {
        const place = this.#updatePlaces[i]!
        return typeof place === 'number' ? parameters[place]!.storage : this.#copyOut(place, value)
      }),
    }
  }

  /** Writes the node's calls; false when it has no kernel. */
  #lower(node: GraphNode): boolean {
    const specs = (record: GraphNode['inputs']) => mapValues(record, (id) => this.#graph.values[id]!.spec)
    const kernel = this.#backend.kernelOf(node.op, specs(node.inputs), node.options, specs(node.results))
    this.#layout.addResults(node, kernel)
    if (kernel === undefined) return false
    this.#recorder.currentOp = node.index
    const inputs = this.#layout.locate(node.inputs, node)
    kernel.lower(inputs, node.options, this.#layout.locate(node.results, node), this.#recorder)
    return true
  }

  /** Writes what happens after all ops: new numbers go where parameters are. Gives where the outputs are then. */
  #lowerEnd(): MemoryBlock[] {
    const { parameters, outputs, updates } = this.#graph
    const layout = this.#layout
    this.#recorder.currentOp = layout.end
    // Old numbers that are still needed are saved before new ones take their place.
    const saved = (value: ValueId): MemoryBlock => {
      const block = layout.blockOf(value)
      if (!layout.isParameter(value)) return block
      const copy = layout.addAtEnd(block.bytes)
      this.#copy(block, copy)
      return copy
    }
    const outputBlocks = outputs.map(({ value }) => saved(value))
    const indices = new Map(parameters.map(({ parameter }, i) => [parameter, i]))
    const copies: (readonly [from: MemoryBlock, to: MemoryBlock])[] = []
    for (const { parameter, value } of updates) {
      const index = indices.get(parameter)
      this.#updatePlaces.push(index ?? saved(value))
      if (index === undefined) continue
      const own = layout.blockOf(parameters[index]!.value)
      if (layout.blockOf(value) !== own) copies.push([saved(value), own])
    }
    for (const [from, to] of copies) this.#copy(from, to)
    return outputBlocks
  }

  #copy(from: MemoryBlock, to: MemoryBlock): void {
    const chunkSize = 1 << 18
    const args = { source: from, output: to, bytes: from.bytes, chunkSize }
    this.#recorder.run('copy', args, { chunks: Math.ceil(from.bytes / chunkSize) })
  }

  /** Makes the calls since the last segment one program; gives them as they will run. */
  #closeSegment(): readonly Command[] {
    const commands = withChains(this.#recorder.takeCommands())
    if (commands.length > 0) {
      const program = new EncodedProgram(commands)
      this.#segments.push({ program, block: this.#engine.allocateFor(this, program.bytes) })
    }
    return commands
  }

  /** Notes where a resident value is; says whether that is another place than last time. */
  #find(value: ValueId, { storage }: StoredTensor): boolean {
    const { address } = (storage as WasmStorage).makeResident()
    const block = this.#layout.blockOf(value)
    if (block.address === address) return false
    block.address = address
    return true
  }

  #write(arenaAddress: number): void {
    for (const { block, offset } of this.#places) block.address = arenaAddress + offset
    for (const segment of this.#segments) {
      if ('program' in segment) segment.program.write(this.#engine.buffer, segment.block.address)
    }
    this.#arenaAddress = arenaAddress
  }

  #copyOut(block: MemoryBlock, value: ValueId): WasmStorage {
    const { spec } = this.#graph.values[value]!
    return new WasmStorage(this.#engine, spec, copyOut(this.#engine, block.address, spec))
  }

  #runReference(node: GraphNode): void {
    this.#backend.noteFallback(node.op)
    const arrays = (record: GraphNode['inputs']): ArrayRecord =>
      mapRecord(this.#layout.locate(record, node), ({ shape, dtype, block }) => ({
        shape,
        dtype,
        data: viewAt(this.#engine, block.address, { shape, dtype }),
      }))
    const outputs = arrays(node.results)
    for (const { data } of valuesIn(outputs)) data.fill(0)
    node.op.reference(arrays(node.inputs), node.options, outputs)
  }
}
