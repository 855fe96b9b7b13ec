import { axisGroups, normalizeAxes, ops, type ReductionOptions, sizeOf } from '@gyre/tensor'
import { elementType } from '../data-on-device.js'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import type { Block } from '../program/block.js'
import type { ElementType } from '../program/step.js'
import { isNaNWithin } from '../wgsl/packed-type.js'
import { lowerRunningSum } from './running-sum.js'
import { wantedWorkgroups } from './wanted-workgroups.js'

const workgroupSize = 256
/** The fewest terms of an invocation that are worth a second pass. */
const fewestTerms = 8

/** A tensor as `[outer, length, inner]`, of which the middle axis is reduced. */
interface Pass {
  readonly outer: number
  readonly length: number
  readonly inner: number
}

/**
 * What is made of the elements of an axis, in WGSL. Its texts know `x`, and `start`, the place of the first element;
 * the next is `sizes.inner` further.
 */
interface Reducer {
  readonly name: string
  readonly type: ElementType
  readonly initial: string
  readonly term: (j: string) => string
  readonly combine: (left: string, right: string) => string
  readonly declarations?: string
}

const element = (j: string): string => `x[start + ${j} * sizes.inner]`

function sumOf(type: ElementType): Reducer {
  const combine = (left: string, right: string) => `${left} + ${right}`
  return { name: 'sum', type, initial: `${type}()`, term: element, combine }
}

const maxOfIntegers: Reducer = {
  name: 'max',
  type: 'i32',
  initial: element('0u'),
  term: element,
  combine: (left, right) => `max(${left}, ${right})`,
}

/** One NaN makes it NaN. */
const maxOfFloats: Reducer = {
  ...maxOfIntegers,
  type: 'f32',
  combine: (left, right) => `max_or_nan(${left}, ${right})`,
  declarations: `fn max_or_nan(left: f32, right: f32) -> f32 {
  let larger = select(max(left, right), right, ${isNaNWithin('f32', 'right')});
  return select(larger, left, ${isNaNWithin('f32', 'left')});
}`,
}

/** The index of the largest element, the first of several. */
const argmaxReducer: Reducer = {
  name: 'argmax',
  type: 'i32',
  initial: '0i',
  term: (j) => `i32(${j})`,
  combine: (left, right) => `larger(start, ${left}, ${right})`,
  declarations: `fn larger(start: u32, left: i32, right: i32) -> i32 {
  let first = min(left, right);
  let second = max(left, right);
  return select(first, second, ${element('u32(second)')} > ${element('u32(first)')});
}`,
}

export const reductionsKernels = {
  sum: kernelFor(ops.sum, {
    dtypes: ['float32', 'int32', 'complex64'],
    lower: ({ x }, options, { output }, lowering) =>
      reduceAxes(x, options, sumOf(elementType(x.dtype)), output.block, lowering),
  }),
  max: kernelFor(ops.max, {
    dtypes: ['float32', 'int32'],
    lower: ({ x }, options, { output }, lowering) =>
      reduceAxes(x, options, x.dtype === 'int32' ? maxOfIntegers : maxOfFloats, output.block, lowering),
  }),
  argmax: kernelFor(ops.argmax, {
    dtypes: ['float32', 'int32'],
    lower: ({ x }, { axis }, { output }, lowering) => {
      const pass = {
        outer: sizeOf(x.shape.slice(0, axis)),
        length: x.shape[axis]!,
        inner: sizeOf(x.shape.slice(axis + 1)),
      }
      lowerPass(pass, 1, argmaxReducer, x.block, elementType(x.dtype), output.block, lowering)
    },
  }),
  cumsum: kernelFor(ops.cumsum, {
    dtypes: ['float32', 'int32'],
    lower: ({ x }, _options, { output }, lowering) => lowerRunningSum(x, output, lowering),
  }),
}

/** Reduces one group of neighbouring axes after the other, the last first, and a long one in two passes. */
function reduceAxes(
  x: Located,
  options: ReductionOptions,
  reducer: Reducer,
  output: Block,
  lowering: Lowering,
): void {
  const sizes = axisGroups(x.shape, normalizeAxes(options.axes, x.shape.length, reducer.name))
  const reduced = sizes.flatMap((group, i) => (group.reduced ? [i] : []))
  if (reduced.length === 0) {
    lowering.copy(x.block, output)
    return
  }
  const passes: { readonly pass: Pass; readonly parts: number }[] = []
  for (const at of reduced.reverse()) {
    const product = (groups: typeof sizes) => sizeOf(groups.map(({ size }) => size))
    const pass = {
      outer: product(sizes.slice(0, at)),
      length: sizes[at]!.size,
      inner: product(sizes.slice(at + 1)),
    }
    const parts = partsOf(pass)
    passes.push({ pass, parts })
    const { outer, inner } = pass
    if (parts > 1) passes.push({ pass: { outer: 1, length: parts, inner: outer * inner }, parts: 1 })
    sizes.splice(at, 1)
  }
  const type = elementType(x.dtype)
  let source = x.block
  passes.forEach(({ pass, parts }, i) => {
    const last = i === passes.length - 1
    const made = parts * pass.outer * pass.inner
    const target = last ? output : lowering.workspace(made * (type === 'vec2<f32>' ? 8 : 4))
    lowerPass(pass, parts, reducer, source, type, target, lowering)
    source = target
  })
}

/** How many invocations share a result, a power of two. Where elements are not neighbours, results must be. */
function workersOf({ outer, length, inner }: Pass): number {
  const across = Math.max(8, workgroupSize / 2 ** Math.ceil(Math.log2(Math.max(1, outer * inner))))
  const most = inner === 1 ? workgroupSize : across
  return Math.max(1, Math.min(most, 2 ** Math.floor(Math.log2(Math.max(1, length / 4)))))
}

/** In how many parts the axis is cut, so that there is work for the whole device. */
function partsOf(pass: Pass): number {
  const workers = workersOf(pass)
  const groups = Math.ceil((pass.outer * pass.inner * workers) / workgroupSize)
  const most = Math.floor(pass.length / (workers * fewestTerms))
  return Math.max(1, Math.min(Math.floor(wantedWorkgroups / Math.max(1, groups)), most))
}

/** Makes `[parts, outer, inner]` of `[outer, length, inner]`. */
function lowerPass(
  pass: Pass,
  parts: number,
  { name, type, initial, term, combine, declarations = '' }: Reducer,
  x: Block,
  xType: ElementType,
  output: Block,
  lowering: Lowering,
): void {
  const { outer, length, inner } = pass
  const workers = workersOf(pass)
  const results = outer * inner
  const resultsPerGroup = workgroupSize / workers
  const groups = Math.ceil(results / resultsPerGroup)
  // Invocations whose numbers are neighbours are neighbours: those of one result, or those of neighbouring results.
  const [worker, result, apart] =
    inner === 1
      ? [`lane % ${workers}u`, `lane / ${workers}u`, 1]
      : [`lane / ${resultsPerGroup}u`, `lane % ${resultsPerGroup}u`, resultsPerGroup]
  const hasEpilogue = type === 'f32'
  lowering.dispatch({
    name,
    reads: { x: { block: x, type: xType } },
    writes: { output: { block: output, type } },
    sizes: { length, inner, results, groups, part_length: Math.ceil(length / parts) },
    workgroups: parts * groups,
    workgroupSize,
    declarations: `var<workgroup> partial: array<${type}, ${workgroupSize}>;\n${declarations}`,
    body: `let part = flat_group / sizes.groups;
  let result = flat_group % sizes.groups * ${resultsPerGroup}u + ${result};
  let worker = ${worker};
  // Those beyond the end do as the last one does, and store nothing.
  let place = min(result, sizes.results - 1u);
  let start = place / sizes.inner * sizes.length * sizes.inner + place % sizes.inner;
  let end = min(sizes.length, (part + 1u) * sizes.part_length);
  var reduced = ${initial};
  for (var j = part * sizes.part_length + worker; j < end; j += ${workers}u) {
    reduced = ${combine('reduced', term('j'))};
  }
  partial[lane] = reduced;
  for (var half = ${Math.floor(workers / 2)}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (worker < half) { partial[lane] = ${combine('partial[lane]', `partial[lane + half * ${apart}u]`)}; }
  }
  if (worker == 0u && result < sizes.results) {
    let i = part * sizes.results + result;
    output[i] = ${hasEpilogue ? 'finish(partial[lane], i)' : 'partial[lane]'};
  }`,
    ...(hasEpilogue && { epilogue: { output: 'output', count: parts * results } }),
  })
}
