import type { OptionValue } from '@gyre/tensor'
import {
  type Graph,
  type GraphNode,
  type GraphValue,
  idsOf,
  mapValues,
  type ValueId,
  type ValueRecord,
  valuesOf,
} from './graph.js'

/**
 * The graph without work that nobody needs, and with work that is done twice done once. Results stay equal to the
 * last bit: nothing is reordered or merged that is not the same op on the same values.
 */
export function simplify(graph: Graph): Graph {
  return withoutDeadWork(withCommonWork(graph))
}

/**
 * Calls of the same op on the same values and options become one. Only within one phase of the step: what the
 * backward pass computes again, it computes to save memory.
 */
function withCommonWork(graph: Graph): Graph {
  const replacement = new Map<ValueId, ValueId>()
  const replace = (id: ValueId): ValueId => replacement.get(id) ?? id
  const first = new Map<string, GraphNode>()
  const ops = new Map<unknown, number>()
  const nodes: GraphNode[] = []
  for (const original of graph.nodes) {
    const node: GraphNode = { ...original, inputs: mapValues(original.inputs, replace) }
    if (!ops.has(node.op)) ops.set(node.op, ops.size)
    const key = `${ops.get(node.op)} ${node.scope.phase} ${recordKey(node.inputs)} ${optionsKey(node.options)}`
    const same = first.get(key)
    if (same === undefined) {
      first.set(key, node)
      nodes.push(node)
      continue
    }
    const kept = valuesOf(same.results)
    for (const [i, id] of valuesOf(node.results).entries()) replacement.set(id, kept[i]!)
  }
  return {
    ...graph,
    nodes,
    outputs: graph.outputs.map((output) => ({ ...output, value: replace(output.value) })),
    updates: graph.updates.map((update) => ({ ...update, value: replace(update.value) })),
  }
}

/** Only what an output or an update depends on, with values and nodes numbered anew. */
function withoutDeadWork(graph: Graph): Graph {
  const needed = new Set<ValueId>([...graph.outputs, ...graph.updates].map(({ value }) => value))
  const kept: GraphNode[] = []
  for (const node of [...graph.nodes].reverse()) {
    if (!valuesOf(node.results).some((id) => needed.has(id))) continue
    kept.push(node)
    for (const id of valuesOf(node.inputs)) needed.add(id)
  }
  kept.reverse()
  // Inputs keep their places among the arguments also where nobody reads them.
  for (const { value } of graph.inputs) needed.add(value)
  // An updated parameter keeps its place, where its new numbers go.
  const updated = new Set(graph.updates.map(({ parameter }) => parameter))
  for (const { parameter, value } of graph.parameters) if (updated.has(parameter)) needed.add(value)
  for (const node of kept) for (const id of valuesOf(node.results)) needed.add(id)

  const numbers = new Map<ValueId, ValueId>()
  for (const { id } of graph.values) if (needed.has(id)) numbers.set(id, numbers.size)
  const renumber = (id: ValueId): ValueId => numbers.get(id)!
  const nodes = kept.map((node, index) => ({
    ...node,
    index,
    inputs: mapValues(node.inputs, renumber),
    results: mapValues(node.results, renumber),
  }))
  const producers = new Map<ValueId, GraphNode>()
  for (const node of nodes) for (const id of valuesOf(node.results)) producers.set(id, node)
  const values: GraphValue[] = []
  for (const value of graph.values) {
    const id = numbers.get(value.id)
    if (id === undefined) continue
    const producer = typeof value.producer === 'string' ? value.producer : producers.get(id)!
    values.push({ ...value, id, producer })
  }
  const present = <T extends { readonly value: ValueId }>(list: readonly T[]): T[] =>
    list.filter(({ value }) => numbers.has(value)).map((each) => ({ ...each, value: renumber(each.value) }))
  return {
    values,
    nodes,
    inputs: present(graph.inputs),
    parameters: present(graph.parameters),
    constants: present(graph.constants),
    outputs: present(graph.outputs),
    updates: present(graph.updates),
  }
}

function recordKey(record: ValueRecord): string {
  return Object.entries(record)
    .map(([name, value]) => `${name}:${idsOf(value).join('.')}`)
    .join()
}

function optionsKey(options: { readonly [name: string]: OptionValue }): string {
  // NaN, infinities and -0 are told apart, which JSON would not do.
  const text = (value: OptionValue): string =>
    Array.isArray(value)
      ? `[${value.map(text).join()}]`
      : Object.is(value, -0)
        ? '-0'
        : `${typeof value}${value as string}`
  return Object.entries(options)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join()
}
