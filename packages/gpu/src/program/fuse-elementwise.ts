import type { Block } from './block.js'
import type { Binding, Dispatch, ElementwiseCall, ElementwiseInput, Epilogue, Step } from './step.js'

const workgroupSize = 256

/** A kernel that elementwise calls can be the end of. */
interface Head extends Dispatch {
  readonly epilogue: Epilogue
}

/** A kernel in the making: calls that follow each other, and the kernel whose end they are, if any. */
interface Open {
  readonly head?: Head
  readonly calls: readonly ElementwiseCall[]
}

/**
 * Makes kernels of elementwise calls: those of the same size that follow each other become one, in which each
 * element is read once, and what is needed only inside never reaches memory. Those that follow a kernel with an
 * epilogue become its end. `neededAfter` tells whether a block is read by a step later than the given one, or after
 * all. A kernel has at most `mostBindings` buffers.
 */
export function fuseElementwise(
  steps: readonly Step[],
  neededAfter: (block: Block, step: number) => boolean,
  mostBindings: number,
): Exclude<Step, { kind: 'elementwise' }>[] {
  const fused: Exclude<Step, { kind: 'elementwise' }>[] = []
  let open: Open | undefined
  const close = (last: number): void => {
    if (open === undefined) return
    const needed = (block: Block): boolean => neededAfter(block, last)
    const call = open.head ? withEpilogue(open.head, open.calls, needed) : kernelOf(open.calls, needed)
    fused.push({ kind: 'dispatch', call })
    open = undefined
  }
  steps.forEach((step, i) => {
    if (step.kind === 'elementwise') {
      if (open !== undefined && !joins(open, step.call, mostBindings)) close(i - 1)
      open = { head: open?.head, calls: [...(open?.calls ?? []), step.call] }
      return
    }
    close(i - 1)
    if (step.kind === 'dispatch' && hasEpilogue(step.call)) open = { head: step.call, calls: [] }
    else fused.push(step)
  })
  close(steps.length - 1)
  return fused
}

function hasEpilogue(call: Dispatch): call is Head {
  return call.epilogue !== undefined
}

/** Whether a call can run in the same kernel as those before it. */
function joins({ head, calls }: Open, call: ElementwiseCall, mostBindings: number): boolean {
  if (call.count !== (head?.epilogue.count ?? calls[0]!.count)) return false
  const made = new Set(calls.map(({ output }) => output.block))
  if (head) made.add(outputOf(head))
  // An element that another invocation makes may not be there yet.
  if (Object.values(call.inputs).some(({ block, at }) => at !== undefined && made.has(block))) return false
  // What is read elsewhere in the kernel must not change under it.
  const all = [...calls, call]
  const target = call.output.block
  if (made.has(target) || all.some(({ inputs }) => reads(inputs, target))) return false
  const blocks = new Set(all.flatMap(({ inputs }) => Object.values(inputs).map(({ block }) => block)))
  for (const { output } of all) blocks.add(output.block)
  if (head === undefined) return blocks.size <= mostBindings

  // What has nothing to do with the kernel runs better by itself; and it is f32 that the kernel stores.
  if (call.output.type !== 'f32' || ![...made].some((block) => reads(call.inputs, block))) return false
  const others = Object.entries(head.writes).flatMap(([name, { block }]) =>
    name === head.epilogue.output ? [] : [block],
  )
  if (others.some((block) => block === target || reads(call.inputs, block))) return false
  if (reads(head.reads, target)) return false
  // Its own output is among the blocks, since the first call reads it: what is stored there is the last call's.
  const bound = Object.keys(head.reads).length + others.length + (head.guard === undefined ? 0 : 1)
  return bound + blocks.size <= mostBindings
}

function outputOf({ writes, epilogue }: Head): Block {
  return writes[epilogue.output]!.block
}

function reads(inputs: { readonly [name: string]: Binding }, block: Block): boolean {
  return Object.values(inputs).some((input) => input.block === block)
}

/** One kernel for calls that follow each other; results that nobody needs afterwards are not stored. */
function kernelOf(calls: readonly ElementwiseCall[], needed: (block: Block) => boolean): Dispatch {
  const { count } = calls[0]!
  // The last one's result is stored also where nobody asks: it is why the kernel runs.
  const last = calls.at(-1)!.output.block
  const { reads, writes, lines } = chainOf(calls, new Map(), (block) => block === last || needed(block))
  return {
    name: calls.map(({ name }) => name).join(' + '),
    reads,
    writes,
    workgroups: Math.ceil(count / workgroupSize),
    workgroupSize,
    sizes: { count },
    declarations: declarationsOf(calls).join('\n'),
    body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= sizes.count) { return; }
  ${lines.join('\n  ')}`,
  }
}

/** A kernel that stores the last call's result in place of its own. */
function withEpilogue(
  head: Head,
  calls: readonly ElementwiseCall[],
  needed: (block: Block) => boolean,
): Dispatch {
  const { output } = head.epilogue
  const made = head.writes[output]!
  const last = calls.at(-1)?.output.block ?? made.block
  const chain = chainOf(calls, new Map([[made.block, 'value']]), (block) => block !== last && needed(block))
  const lines = [...chain.lines, `return ${chain.variableOf.get(last)!};`]
  const writes = { ...head.writes, [output]: { ...made, block: last }, ...chain.writes }
  if (last !== made.block && needed(made.block)) {
    writes.unfinished = { block: made.block, type: 'f32' }
    lines.unshift('unfinished[i] = value;')
  }
  return {
    ...head,
    name: [head, ...calls].map(({ name }) => name).join(' + '),
    reads: { ...head.reads, ...chain.reads },
    writes,
    declarations: [
      head.declarations ?? '',
      ...declarationsOf(calls),
      `fn finish(value: f32, i: u32) -> f32 {\n  ${lines.join('\n  ')}\n}`,
    ].join('\n'),
  }
}

function declarationsOf(calls: readonly ElementwiseCall[]): string[] {
  return [...new Set(calls.flatMap(({ declarations = [] }) => declarations))]
}

/** In WGSL: the lines that compute element i of each call's result. `known` are variables that hold element i. */
function chainOf(
  calls: readonly ElementwiseCall[],
  known: ReadonlyMap<Block, string>,
  isStored: (block: Block) => boolean,
) {
  const reads: { [name: string]: Binding } = {}
  const writes: { [name: string]: Binding } = {}
  /** The variable that holds element i of a block. */
  const variableOf = new Map(known)
  const loaded = new Map<string, string>()
  const bound: { readonly name: string; readonly binding: Binding }[] = []
  const lines: string[] = []
  const load = ({ block, type, at }: ElementwiseInput): string => {
    const held = at === undefined ? variableOf.get(block) : undefined
    if (held !== undefined) return held
    let name = bound.find(({ binding }) => binding.block === block && binding.type === type)?.name
    if (name === undefined) {
      name = `read${bound.length}`
      bound.push({ name, binding: { block, type } })
      reads[name] = { block, type }
    }
    const text = `${name}[${at === undefined ? 'i' : at('i')}]`
    const variable = loaded.get(text) ?? `element${loaded.size}`
    if (!loaded.has(text)) {
      loaded.set(text, variable)
      lines.push(`let ${variable} = ${text};`)
    }
    return variable
  }
  calls.forEach(({ inputs, output, value }, index) => {
    const names = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, load(input)]))
    const variable = `value${index}`
    lines.push(`let ${variable} = ${value(names, 'i')};`)
    variableOf.set(output.block, variable)
    if (isStored(output.block)) {
      const name = `write${index}`
      writes[name] = { block: output.block, type: output.type }
      lines.push(`${name}[i] = ${variable};`)
    }
  })
  return { reads, writes, lines, variableOf }
}
