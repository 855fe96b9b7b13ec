import type { Lowering } from '../../kernel.js'
import type { Dispatch } from '../../program/step.js'
import { type PackedType, packedType } from '../../wgsl/packed-type.js'
import { type Factor, type Product, vec4 } from './product.js'

/** The most rows, or columns, of a product that is made by these kernels. */
export const mostRows = 4

const workgroupSize = 256

/** A product of which one factor has few lines: each number of the other, with the many, is read once. */
interface FewLines extends Pick<Product, 'name' | 'k' | 'batches' | 'output'> {
  readonly few: Factor
  readonly fewLines: number
  readonly many: Factor
  readonly manyLines: number
  /** In the product, the way from a few line to the next, and from one of the many to the next. */
  readonly fewStride: number
  readonly manyStride: number
}

/** The product of a few rows or columns, as when one token is decoded. */
export function lowerFewRows({ m, n, a, b, ...product }: Product, lowering: Lowering): void {
  const rows = { few: a, fewLines: m, many: b, manyLines: n, fewStride: n, manyStride: 1 }
  const columns = { few: b, fewLines: n, many: a, manyLines: m, fewStride: 1, manyStride: n }
  const lines: FewLines = { ...product, ...(m <= n ? rows : columns) }
  lowering.dispatch(lines.many.linewise ? linewise(lines) : acrossLines(lines))
}

/** 32 invocations share the sum along each line of the factor that has many. */
function linewise(product: FewLines): Dispatch {
  const { k, few, fewLines } = product
  const workers = 32
  const { type, width } = packedType(k)
  const fewLinewise = few.linewise || fewLines === 1
  const term = (i: number): string => {
    if (width === 1) return `number * few[${fewElement(product, i)}]`
    if (fewLinewise) return `dot(number, few[(start_few + ${i}u * sizes.k + p) / 4u])`
    const four = [0, 1, 2, 3].map((c) => `few[start_few + (p + ${c}u) * ${fewLines}u + ${i}u]`)
    return `dot(number, ${vec4}(${four.join(', ')}))`
  }
  return dispatchOf(product, {
    linesPerWorkgroup: workgroupSize / workers,
    fewType: fewLinewise ? type : 'f32',
    manyType: type,
    sumType: 'f32',
    sums: `let worker = lane % ${workers}u;
  let line = first_line + lane / ${workers}u;
  if (line < sizes.lines) {
    for (var p = worker * ${width}u; p < sizes.k; p += ${workers * width}u) {
      let number = many[(start_many + line * sizes.k + p) / ${width}u];
      ${each(fewLines, (i) => `sum${i} += ${term(i)};`).join('\n      ')}
    }
  }`,
    workers,
    apart: 1,
  })
}

/** 16 invocations, or 16 times four lines, stand side by side, and 16 such rows share the sums along k. */
function acrossLines(product: FewLines): Dispatch {
  const { fewLines, manyLines } = product
  const neighbours = 16
  const workers = workgroupSize / neighbours
  const { type, width } = packedType(manyLines)
  return dispatchOf(product, {
    linesPerWorkgroup: neighbours * width,
    fewType: 'f32',
    manyType: type,
    sumType: type,
    sums: `let worker = lane / ${neighbours}u;
  let line = first_line + lane % ${neighbours}u * ${width}u;
  if (line < sizes.lines) {
    for (var p = worker; p < sizes.k; p += ${workers}u) {
      let number = many[(start_many + p * sizes.lines + line) / ${width}u];
      ${each(fewLines, (i) => `sum${i} += few[${fewElement(product, i)}] * number;`).join('\n      ')}
    }
  }`,
    workers,
    apart: neighbours,
  })
}

/** In WGSL: which element is that of a few line at p. */
function fewElement({ few, fewLines }: FewLines, line: number): string {
  return few.linewise ? `start_few + ${line}u * sizes.k + p` : `start_few + p * ${fewLines}u + ${line}u`
}

/** A kernel around the sums of its invocations, which adds up those of the workers that share a line. */
function dispatchOf(
  { name, k, few, fewLines, many, manyLines, fewStride, manyStride, batches, output }: FewLines,
  {
    linesPerWorkgroup,
    fewType,
    manyType,
    sumType,
    sums,
    workers,
    apart,
  }: {
    readonly linesPerWorkgroup: number
    readonly fewType: PackedType
    readonly manyType: PackedType
    /** A variable with the sums of one line, or of four. */
    readonly sumType: PackedType
    readonly sums: string
    /** How many invocations share a line, and how far from each other they are. */
    readonly workers: number
    readonly apart: number
  },
): Dispatch {
  const groups = Math.ceil(manyLines / linesPerWorkgroup)
  return {
    name,
    reads: {
      few: { block: few.block, type: fewType },
      many: { block: many.block, type: manyType },
    },
    writes: { output: { block: output, type: 'f32' } },
    workgroups: batches * groups,
    workgroupSize,
    sizes: { k, lines: manyLines, groups, few_stride: fewStride, many_stride: manyStride },
    declarations: `var<workgroup> partial: array<${sumType}, ${fewLines * workgroupSize}>;`,
    body: `let batch = flat_group / sizes.groups;
  let first_line = flat_group % sizes.groups * ${linesPerWorkgroup}u;
  let start_few = ${few.start('batch')};
  let start_many = ${many.start('batch')};
  ${each(fewLines, (i) => `var sum${i} = ${sumType}();`).join('\n  ')}
  ${sums}
  ${each(fewLines, (i) => `partial[${i * workgroupSize}u + lane] = sum${i};`).join('\n  ')}
  for (var half = ${workers / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (worker < half) {
      for (var at = lane; at < ${fewLines * workgroupSize}u; at += ${workgroupSize}u) {
        partial[at] += partial[at + half * ${apart}u];
      }
    }
  }
  if (worker == 0u && line < sizes.lines) {
    var i = batch * ${fewLines}u * sizes.lines + line * sizes.many_stride;
    for (var at = lane; at < ${fewLines * workgroupSize}u; at += ${workgroupSize}u) {
      ${sumType === 'f32' ? storeAt('i', 'partial[at]') : `for (var c = 0u; c < 4u; c++) { ${storeAt(`i + c * sizes.many_stride`, 'partial[at][c]')} }`}
      i += sizes.few_stride;
    }
  }`,
    epilogue: { output: 'output', count: batches * fewLines * manyLines },
  }
}

function storeAt(i: string, value: string): string {
  return `output[${i}] = finish(${value}, ${i});`
}

function each(count: number, text: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => text(i))
}
