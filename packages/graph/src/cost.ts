import { type Phase, type SpecRecord, sizeOf, type TensorSpec } from '@gyre/tensor'
import {
  type Graph,
  type GraphNode,
  type GraphParameter,
  mapValues,
  type ValueRecord,
  valuesOf,
} from './graph.js'
import { activationBytes, bytesOfSpec, peakBytes } from './memory.js'

/** What some ops cost together. */
export interface Work {
  /** Calls of ops; views are not counted. */
  readonly count: number
  /** Floating-point operations; a multiply-add is 2. */
  readonly flops: number
  /** Bytes that ops read and write. */
  readonly bytes: number
}

/** Numbers that live between steps. */
export interface Resident {
  readonly count: number
  readonly bytes: number
}

/** What a graph costs, by the conventions of docs/cost-model.md. */
export interface GraphCost extends Work {
  /** The parameters that the function reads: those of the modules that `trace` was given, or all without any. */
  readonly parameters: Resident & { readonly trainable: number }
  /** Parameters outside the modules, such as an optimiser's moments. */
  readonly state: Resident
  /** Bytes of the values that the forward phase makes and the backward phase reads. */
  readonly activationBytes: number
  /** Most bytes alive at one time. */
  readonly peakBytes: number
  readonly byOp: ReadonlyMap<string, Work>
  /** Of each module path its own ops only; `withDescendants` adds those below it. */
  readonly byPath: ReadonlyMap<string, Work>
  readonly byPhase: Readonly<Record<Phase, Work>>
}

/** Counts every op that the function called, also one whose result nobody uses: running it computes that too. */
export function cost(graph: Graph): GraphCost {
  const byOp = new Map<string, Work>()
  const byPath = new Map<string, Work>()
  const byPhase: Record<Phase, Work> = { forward: nothing, backward: nothing, update: nothing }
  let total = nothing
  for (const node of graph.nodes) {
    const { op, scope } = node
    const work = workOf(graph, node)
    total = plus(total, work)
    byOp.set(op.name, plus(byOp.get(op.name), work))
    byPath.set(scope.path, plus(byPath.get(scope.path), work))
    byPhase[scope.phase] = plus(byPhase[scope.phase], work)
  }
  const resident = (wanted: (parameter: GraphParameter) => boolean): Resident =>
    sizesOf(graph.parameters.filter(wanted).map(({ parameter }) => parameter))
  return {
    ...total,
    parameters: {
      ...resident(({ inModule }) => inModule),
      trainable: resident(({ inModule, trainable }) => inModule && trainable).count,
    },
    state: resident(({ inModule }) => !inModule),
    activationBytes: activationBytes(graph),
    peakBytes: peakBytes(graph),
    byOp,
    byPath,
    byPhase,
  }
}

/** What the ops cost that fit: an adapter's are those whose path has the segments `delta.<name>`. */
export function costWithin(
  graph: Graph,
  fits: (path: string, phase: Phase, opName: string) => boolean,
): Work {
  return graph.nodes
    .filter(({ scope, op }) => fits(scope.path, scope.phase, op.name))
    .reduce((total, node) => plus(total, workOf(graph, node)), nothing)
}

/** For every path and every beginning of one, what its ops and those below it cost; '' is everything. */
export function withDescendants(byPath: ReadonlyMap<string, Work>): Map<string, Work> {
  const totals = new Map<string, Work>()
  for (const [path, work] of byPath) {
    const segments = path === '' ? [] : path.split('.')
    for (let depth = 0; depth <= segments.length; depth++) {
      const prefix = segments.slice(0, depth).join('.')
      totals.set(prefix, plus(totals.get(prefix), work))
    }
  }
  return totals
}

/** A cost as plain JSON: maps become objects. */
export function costToJson({ byOp, byPath, ...rest }: GraphCost) {
  return { ...rest, byOp: Object.fromEntries(byOp), byPath: Object.fromEntries(byPath) }
}

const nothing: Work = { count: 0, flops: 0, bytes: 0 }

function plus(a: Work = nothing, b: Work): Work {
  return { count: a.count + b.count, flops: a.flops + b.flops, bytes: a.bytes + b.bytes }
}

function workOf(graph: Graph, { op, inputs, options, results }: GraphNode): Work {
  if (op.view !== undefined) return nothing
  const { flops, bytes } = op.cost(specsOf(graph, inputs), options, specsOf(graph, results))
  return { count: 1, flops, bytes: bytes ?? touchedBytes(graph, inputs) + touchedBytes(graph, results) }
}

function touchedBytes(graph: Graph, record: ValueRecord): number {
  return valuesOf(record).reduce((total, id) => total + bytesOfSpec(graph.values[id]!.spec), 0)
}

function specsOf(graph: Graph, record: ValueRecord): SpecRecord {
  return mapValues(record, (id) => graph.values[id]!.spec)
}

function sizesOf(specs: readonly TensorSpec[]): Resident {
  return {
    count: specs.reduce((total, { shape }) => total + sizeOf(shape), 0),
    bytes: specs.reduce((total, spec) => total + bytesOfSpec(spec), 0),
  }
}
