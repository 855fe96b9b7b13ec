import type { Graph, GraphArguments, GraphResults, GraphRunner } from '@gyre/graph'
import { type Data, type Storage, type StoredTensor, storedOn, type TensorSpec } from '@gyre/tensor'
import type { GpuBackend } from '../backend.js'
import { bytesOnDevice, toDevice } from '../data-on-device.js'
import type { Engine } from '../engine/engine.js'
import { GpuStorage } from '../storage.js'
import { type Action, actionsOf, encodeActions, fusedSteps } from './actions.js'
import { Block } from './block.js'
import { type HeldConstant, lowerGraph } from './lower-graph.js'
import { placeInSlots, stays } from './placement.js'
import { Recorder } from './recorder.js'
import { refusalWords } from './shader.js'
import type { Step } from './step.js'

/** Outputs of at most so many bytes in all are sent for at once; larger ones stay until somebody reads them. */
const mostSentFor = 64 * 1024

/**
 * A graph as kernels on the device. What it computes lies in buffers planned by when it is needed; parameters and
 * constants are resident, are read there, and are written there by the ops that may. A run is one submission.
 */
export class GraphProgram implements GraphRunner {
  readonly writesInPlace = true
  /** Bytes of the buffers that it computes in. */
  readonly plannedBytes: number
  readonly #graph: Graph
  readonly #engine: Engine
  readonly #backend: GpuBackend
  readonly #recorder: Recorder
  readonly #actions: readonly Action[]
  readonly #inputBlocks: readonly Block[]
  readonly #parameterBlocks: readonly Block[]
  readonly #constantBlocks: readonly Block[]
  readonly #heldConstants: readonly HeldConstant[]
  readonly #outputBlocks: readonly Block[]
  /** For each update the index of the parameter that it is written over, or the block of its numbers. */
  readonly #updatePlaces: readonly (number | Block)[]
  /** Where blocks are; those of parameters and constants may be elsewhere at the next run. */
  readonly #bufferAt = new Map<Block, GPUBuffer>()
  #refused: GPUBuffer | undefined

  constructor(graph: Graph, engine: Engine, backend: GpuBackend) {
    this.#graph = graph
    this.#engine = engine
    this.#backend = backend
    this.#recorder = new Recorder(engine.device.limits, engine)
    const specOf = (value: number): TensorSpec => graph.values[value]!.spec
    const newBlocks = (places: readonly { readonly value: number }[]): Block[] =>
      places.map(({ value }) => new Block(bytesOnDevice(specOf(value))))
    this.#inputBlocks = newBlocks(graph.inputs)
    this.#parameterBlocks = newBlocks(graph.parameters)
    this.#constantBlocks = newBlocks(graph.constants)
    const given = new Map<number, Block>()
    for (const [places, blocks] of [
      [graph.inputs, this.#inputBlocks],
      [graph.parameters, this.#parameterBlocks],
      [graph.constants, this.#constantBlocks],
    ] as const) {
      places.forEach(({ value }, i) => {
        given.set(value, blocks[i]!)
      })
    }
    const { blockOf, constants } = lowerGraph(graph, given, this.#recorder)
    this.#heldConstants = constants
    const { outputBlocks, updatePlaces } = this.#lowerEnd(blockOf)
    this.#outputBlocks = outputBlocks
    this.#updatePlaces = updatePlaces
    const held = new Set(this.#lasting())
    const steps = fusedSteps(this.#recorder.steps, (block) => held.has(block), engine.device.limits)
    this.plannedBytes = this.#place(steps)
    // Compiled now: the first run need not wait for it kernel by kernel.
    this.#actions = actionsOf(steps, engine)
    if (this.#recorder.guards.length > 0) this.#refused = engine.takeFor(this, 4 * refusalWords, 'refusals')
  }

  run({ inputs, parameters, constants }: GraphArguments): GraphResults {
    const engine = this.#engine
    engine.check()
    const moved = [
      ...parameters.map((stored, i) => this.#find(this.#parameterBlocks[i]!, stored)),
      ...constants.map((stored, i) => this.#find(this.#constantBlocks[i]!, stored)),
      ...this.#heldConstants.map(({ tensor, block }) =>
        this.#find(block, storedOn(tensor, this.#backend, 'a constant of a composition')),
      ),
    ]
    if (moved.includes(true))
      for (const action of this.#actions) if ('shader' in action) action.group = undefined

    const encoder = engine.device.createCommandEncoder()
    inputs.forEach(({ dtype, storage }, i) => {
      this.#putInput(encoder, i, dtype, storage as GpuStorage)
    })
    if (this.#refused) encoder.clearBuffer(this.#refused)
    encodeActions(this.#actions, encoder, engine, this.#bufferOf, this.#refused)
    const outputs = this.#graph.outputs.map(({ value }, i) =>
      this.#copyOut(encoder, this.#outputBlocks[i]!, this.#graph.values[value]!.spec),
    )
    const updates = this.#graph.updates.map(({ value }, i): Storage => {
      const place = this.#updatePlaces[i]!
      if (typeof place === 'number') return parameters[place]!.storage
      return this.#copyOut(encoder, place, this.#graph.values[value]!.spec)
    })
    const sent = this.#sendFor(encoder, outputs)
    engine.submit(encoder)
    sent()
    return { outputs, updates }
  }

  /** Puts down what happens after all ops: new numbers go where parameters are. */
  #lowerEnd(blockOf: (value: number) => Block) {
    const { parameters, outputs, updates } = this.#graph
    const parameterBlocks = new Set(this.#parameterBlocks)
    // Old numbers that are still needed are saved before new ones take their place.
    const saved = (block: Block): Block => {
      if (!parameterBlocks.has(block)) return block
      const copy = new Block(block.bytes)
      this.#recorder.copy(block, copy)
      return copy
    }
    const outputBlocks = outputs.map(({ value }) => saved(blockOf(value)))
    const indices = new Map(parameters.map(({ parameter }, i) => [parameter, i]))
    const copies: (readonly [from: Block, to: Block])[] = []
    const updatePlaces = updates.map(({ parameter, value }): number | Block => {
      const index = indices.get(parameter)
      if (index === undefined) return saved(blockOf(value))
      const own = this.#parameterBlocks[index]!
      if (blockOf(value) !== own) copies.push([saved(blockOf(value)), own])
      return index
    })
    for (const [from, to] of copies) this.#recorder.copy(from, to)
    return { outputBlocks, updatePlaces }
  }

  /** Blocks whose numbers outlive the program's steps. */
  *#lasting(): Iterable<Block> {
    yield* this.#outputBlocks
    yield* this.#parameterBlocks
    for (const place of this.#updatePlaces) if (typeof place !== 'number') yield place
  }

  /** Gives a buffer to everything that is not resident; says how many bytes they have. */
  #place(steps: readonly Step[]): number {
    const elsewhere = new Set([
      ...this.#parameterBlocks,
      ...this.#constantBlocks,
      ...this.#heldConstants.map(({ block }) => block),
    ])
    const found = stays(steps)
    const whole = { first: -1, last: steps.length }
    for (const block of this.#inputBlocks) found.set(block, { ...whole, last: found.get(block)?.last ?? -1 })
    for (const block of this.#outputBlocks)
      found.set(block, { first: found.get(block)?.first ?? -1, last: whole.last })
    for (const block of this.#lasting()) {
      const stay = found.get(block)
      if (stay) stay.last = whole.last
    }
    const intervals = [...found]
      .filter(([block]) => !elsewhere.has(block) && this.#engine.tableAt(block) === undefined)
      .map(([block, stay]) => ({ block, ...stay }))
    let bytes = 0
    for (const slot of placeInSlots(intervals)) {
      const buffer = this.#engine.takeFor(this, slot.bytes, 'a value of a compiled function')
      bytes += slot.bytes
      for (const block of slot.blocks) this.#bufferAt.set(block, buffer)
    }
    return bytes
  }

  #bufferOf = (block: Block): GPUBuffer => this.#bufferAt.get(block) ?? this.#engine.tableAt(block)!

  /** Notes where a resident value is; says whether that is another place than last time. */
  #find(block: Block, { storage }: StoredTensor): boolean {
    const buffer = (storage as GpuStorage).makeResident()
    if (this.#bufferAt.get(block) === buffer) return false
    this.#bufferAt.set(block, buffer)
    return true
  }

  #putInput(
    encoder: GPUCommandEncoder,
    index: number,
    dtype: TensorSpec['dtype'],
    storage: GpuStorage,
  ): void {
    const block = this.#inputBlocks[index]!
    const to = this.#bufferOf(block)
    const { data } = storage
    if (data !== undefined) {
      this.#engine.device.queue.writeBuffer(to, 0, toDevice(dtype, data) as GPUAllowSharedBufferSource)
    } else if (block.bytes > 0) encoder.copyBufferToBuffer(storage.makeResident(), 0, to, 0, block.bytes)
  }

  #copyOut(encoder: GPUCommandEncoder, block: Block, spec: TensorSpec): GpuStorage {
    const storage = GpuStorage.onDevice(this.#engine, spec)
    if (block.bytes > 0) encoder.copyBufferToBuffer(this.#bufferOf(block), 0, storage.buffer!, 0, block.bytes)
    return storage
  }

  /** Sends for small outputs, and refusals, in the run's own submission, so that reading them is all the waiting. */
  #sendFor(encoder: GPUCommandEncoder, outputs: readonly GpuStorage[]): () => void {
    const specs = this.#graph.outputs.map(({ value }) => this.#graph.values[value]!.spec)
    const small = specs.reduce((total, spec) => total + bytesOnDevice(spec), 0) <= mostSentFor
    const refusal = this.#refused && { buffer: this.#refused, guards: this.#recorder.guards }
    const sources = small ? outputs.map(({ buffer }, i) => ({ spec: specs[i]!, buffer: buffer! })) : []
    if (sources.length === 0 && refusal === undefined) return () => {}
    const begin = this.#engine.readBack(encoder, sources, refusal)
    return () => {
      const all: Promise<readonly Data[]> = begin()
      outputs.forEach((output, i) => {
        if (small) output.expect(all.then((data) => data[i]!))
        else output.expectCheck(all)
      })
    }
  }
}
