import type { Block } from './block.js'
import type { Binding, Dispatch, ElementwiseCall, ElementwiseInput, Step } from './step.js'

const workgroupSize = 256

/**
 * Makes kernels of elementwise calls: those of the same size that follow each other become one, in which each
 * element is read once, and what is needed only inside never reaches memory. `neededAfter` tells whether a block is
 * read by a step later than the given one, or after all. A kernel has at most `mostBindings` buffers.
 */
export function fuseElementwise(
  steps: readonly Step[],
  neededAfter: (block: Block, step: number) => boolean,
  mostBindings: number,
): Exclude<Step, { kind: 'elementwise' }>[] {
  const fused: Exclude<Step, { kind: 'elementwise' }>[] = []
  let open: ElementwiseCall[] = []
  const close = (last: number): void => {
    if (open.length > 0) {
      fused.push({ kind: 'dispatch', call: kernelOf(open, (block) => neededAfter(block, last)) })
    }
    open = []
  }
  steps.forEach((step, i) => {
    if (step.kind !== 'elementwise') {
      close(i - 1)
      fused.push(step)
      return
    }
    if (open.length > 0 && !joins(open, step.call, mostBindings)) close(i - 1)
    open.push(step.call)
  })
  close(steps.length - 1)
  return fused
}

/** Whether a call can run in the same kernel as those before it. */
function joins(open: readonly ElementwiseCall[], call: ElementwiseCall, mostBindings: number): boolean {
  if (open[0]!.count !== call.count) return false
  const made = new Set(open.map(({ output }) => output.block))
  // An element that another invocation makes may not be there yet.
  if (Object.values(call.inputs).some(({ block, at }) => at !== undefined && made.has(block))) return false
  // What is read elsewhere in the kernel must not change under it.
  if (made.has(call.output.block) || open.some(({ inputs }) => reads(inputs, call.output.block))) return false
  if (reads(call.inputs, call.output.block)) return false
  const all = [...open, call]
  const outside = new Set(all.flatMap(({ inputs }) => Object.values(inputs).map(({ block }) => block)))
  for (const { output } of all) outside.add(output.block)
  return outside.size <= mostBindings
}

function reads(inputs: ElementwiseCall['inputs'], block: Block): boolean {
  return Object.values(inputs).some((input) => input.block === block)
}

/** One kernel for calls that follow each other; results that nobody needs afterwards are not stored. */
function kernelOf(calls: readonly ElementwiseCall[], needed: (block: Block) => boolean): Dispatch {
  const { count } = calls[0]!
  const reads: { [name: string]: Binding } = {}
  const writes: { [name: string]: Binding } = {}
  /** The variable that holds element i of a block. */
  const variableOf = new Map<Block, string>()
  const loaded = new Map<string, string>()
  const bound: { readonly name: string; readonly binding: Binding }[] = []
  const lines: string[] = []
  const load = ({ block, type, at }: ElementwiseInput): string => {
    const known = at === undefined ? variableOf.get(block) : undefined
    if (known !== undefined) return known
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
  const last = calls.length - 1
  calls.forEach(({ inputs, output, value }, index) => {
    const names = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, load(input)]))
    const variable = `value${index}`
    lines.push(`let ${variable} = ${value(names, 'i')};`)
    variableOf.set(output.block, variable)
    // The last one's result is stored also where nobody asks: it is why the kernel runs.
    if (index === last || needed(output.block)) {
      const name = `write${index}`
      writes[name] = { block: output.block, type: output.type }
      lines.push(`${name}[i] = ${variable};`)
    }
  })
  return {
    name: calls.map(({ name }) => name).join(' + '),
    reads,
    writes,
    workgroups: Math.ceil(count / workgroupSize),
    workgroupSize,
    sizes: { count },
    declarations: [...new Set(calls.flatMap(({ declarations = [] }) => declarations))].join('\n'),
    body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= sizes.count) { return; }
  ${lines.join('\n  ')}`,
  }
}
