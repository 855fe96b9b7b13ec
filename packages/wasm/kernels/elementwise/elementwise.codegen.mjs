// Kernels that compute each element of the output from the elements of the inputs that are at its place. A formula
// is written for four lanes at once.

/** How four elements, or one, are read and written: float32 and int32 alike, and bools. */
const word = {
  bytes: 4,
  read: (address) => `v128.load(${address})`,
  readOne: (address) => `v128.load32_zero(${address})`,
  repeat: (address) => `v128.load32_splat(${address})`,
  write: (address, value) => `v128.store(${address}, ${value})`,
  writeOne: (address, value) => `v128.store32_lane(${address}, ${value}, 0)`,
}
const bool = {
  bytes: 1,
  read: (address) => `loadBools(${address})`,
  readOne: (address) => `i32x4.splat(load<u8>(${address}))`,
  repeat: (address) => `v128.load8_splat(${address})`,
  write: (address, value) => `v128.store32_lane(${address}, boolsOf(${value}), 0)`,
  writeOne: (address, value) => `v128.store8_lane(${address}, boolsOf(${value}), 0)`,
}

const unary = {
  abs: 'f32x4.abs(x)',
  erf: 'erfVector(x)',
  exp: 'expVector(x)',
  gelu: 'geluVector(x)',
  geluTanh: 'geluTanhVector(x)',
  log: 'logVector(x)',
  neg: 'f32x4.neg(x)',
  negInt32: 'i32x4.neg(x)',
  relu: 'f32x4.max(x, f32x4.splat(0))',
  rsqrt: 'f32x4.div(f32x4.splat(1), f32x4.sqrt(x))',
  sigmoid: 'sigmoidVector(x)',
  silu: 'f32x4.mul(x, sigmoidVector(x))',
  sqrt: 'f32x4.sqrt(x)',
  tanh: 'tanhVector(x)',
  castFloat32ToInt32: 'truncateVector(x)',
  castInt32ToFloat32: 'f32x4.convert_i32x4_s(x)',
}
const fromBool = {
  castBoolToFloat32: 'f32x4.convert_i32x4_s(x)',
  castBoolToInt32: 'x',
}
const toBool = {
  castFloat32ToBool: 'f32x4.ne(x, f32x4.splat(0))',
  castInt32ToBool: 'i32x4.ne(x, i32x4.splat(0))',
}
const binary = {
  add: 'f32x4.add(a, b)',
  addInt32: 'i32x4.add(a, b)',
  div: 'f32x4.div(a, b)',
  maximum: 'f32x4.max(a, b)',
  maximumInt32: 'i32x4.max_s(a, b)',
  minimum: 'f32x4.min(a, b)',
  minimumInt32: 'i32x4.min_s(a, b)',
  mul: 'f32x4.mul(a, b)',
  mulInt32: 'i32x4.mul(a, b)',
  sub: 'f32x4.sub(a, b)',
  subInt32: 'i32x4.sub(a, b)',
}
const comparisons = {
  equal: 'eq',
  greater: 'gt',
  greaterEqual: 'ge',
  less: 'lt',
  lessEqual: 'le',
  notEqual: 'ne',
}
/** The gradient that arrives at an activation times its slope at x. */
const backward = {
  geluBackward: 'f32x4.mul(grad, geluSlopeVector(x))',
  geluTanhBackward: 'f32x4.mul(grad, geluTanhSlopeVector(x))',
  siluBackward: 'f32x4.mul(grad, siluSlopeVector(x))',
}

/** A kernel on tensors of one size. */
function flat(name, className, inputs, formula, output) {
  const each = (write) => inputs.map(([input, kind]) => write(input, kind, `${input}At`)).join('\n')
  return `
export function ${name}(args: ${className}, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  const end = min(begin + args.chunkSize, args.count)
  let to = args.output + (<usize>begin << ${Math.log2(output.bytes)})
${each((input, kind, at) => `  let ${at} = args.${input} + (<usize>begin << ${Math.log2(kind.bytes)})`)}
  // Two vectors at a time: they share the loads of the formula's constants.
  for (let k = (end - begin) >> 3; k > 0; k--) {
${each((input, kind, at) => `    let ${input} = ${kind.read(at)}`)}
    const first = ${formula}
${each((input, kind, at) => `    ${input} = ${kind.read(`${at} + ${4 * kind.bytes}`)}`)}
    const second = ${formula}
    ${output.write('to', 'first')}
    ${output.write(`to + ${4 * output.bytes}`, 'second')}
${each((_input, kind, at) => `    ${at} += ${8 * kind.bytes}`)}
    to += ${8 * output.bytes}
  }
  // The last elements go the same way, in a vector that is not full, so that no result depends on its place.
  for (let k = (end - begin) & 7; k > 0; k--) {
${each((input, kind, at) => `    const ${input} = ${kind.readOne(at)}`)}
    ${output.writeOne('to', formula)}
${each((_input, kind, at) => `    ${at} += ${kind.bytes}`)}
    to += ${output.bytes}
  }
}
`
}

/** A kernel whose inputs may repeat along the rows or the columns of the output. */
function broadcast(name, className, inputs, formula, output) {
  const shift = Math.log2(output.bytes)
  const pointer = ([input, kind], index) => `    const ${input}Step = args.${input}Step
    let ${input}At = args.${input} + (<usize>(row * args.${input}Row + column * ${input}Step) << ${Math.log2(kind.bytes)})
    if (${input}Step == 0) {
      // The one element of this row four times, read again and again.
      const repeated = ${kind.repeat(`${input}At`)}
      ${input}At = scratch + ${16 * index}
      v128.store(${input}At, repeated)
    }
    const ${input}Bytes = ${input}Step << ${Math.log2(kind.bytes)}`
  return `
export function ${name}(args: ${className}, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  const end = min(begin + args.chunkSize, args.count)
  const columns = args.columns
  let row = begin / columns
  let column = begin - row * columns
  let to = args.output + (<usize>begin << ${shift})
  for (let i = begin; i < end; ) {
    const width = min(columns - column, end - i)
${inputs.map(pointer).join('\n')}
    for (let k = width >> 2; k > 0; k--) {
${inputs.map(([input, kind]) => `      const ${input} = ${kind.read(`${input}At`)}`).join('\n')}
      ${output.write('to', formula)}
${inputs.map(([input]) => `      ${input}At += ${input}Bytes << 2`).join('\n')}
      to += ${4 * output.bytes}
    }
    for (let k = width & 3; k > 0; k--) {
${inputs.map(([input, kind]) => `      const ${input} = ${kind.readOne(`${input}At`)}`).join('\n')}
      ${output.writeOne('to', formula)}
${inputs.map(([input]) => `      ${input}At += ${input}Bytes`).join('\n')}
      to += ${output.bytes}
    }
    i += width
    column = 0
    row++
  }
}
`
}

function flatClass(name, inputs) {
  return `
@unmanaged export class ${name} {
${inputs.map((input) => `  ${input}: usize`).join('\n')}
  output: usize
  count: i32
  /** Elements of one chunk; a multiple of 4. */
  chunkSize: i32
}
`
}

function broadcastClass(name, inputs) {
  return `
/**
 * The output as rows of \`columns\` elements. An input's element for a row and column is \`row · Row + column · Step\`;
 * Step is 0 or 1. Scratch: 16 bytes for each input.
 */
@unmanaged export class ${name} {
${inputs.map((input) => `  ${input}: usize`).join('\n')}
  output: usize
  count: i32
  /** Elements of one chunk; a multiple of 4. */
  chunkSize: i32
  columns: i32
${inputs.map((input) => `  ${input}Row: i32\n  ${input}Step: i32`).join('\n')}
}
`
}

const kernelsOf = (formulas, write) => Object.entries(formulas).map(([name, formula]) => write(name, formula))
const pair = [
  ['a', word],
  ['b', word],
]
const slope = [
  ['grad', word],
  ['x', word],
]
const choice = [['condition', bool], ...pair]

export default `// Made by elementwise.codegen.mjs.
import { geluSlopeVector, geluTanhSlopeVector, geluTanhVector, geluVector, siluSlopeVector } from '../math/activations'
import { erfVector } from '../math/erf'
import { expVector } from '../math/exp'
import { logVector } from '../math/log'
import { sigmoidVector, tanhVector } from '../math/tanh'
import { boolsOf, loadBools, maskOf, truncateVector } from './lanes'
${[
  flatClass('UnaryArguments', ['x']),
  ...kernelsOf(unary, (name, formula) => flat(name, 'UnaryArguments', [['x', word]], formula, word)),
  ...kernelsOf(fromBool, (name, formula) => flat(name, 'UnaryArguments', [['x', bool]], formula, word)),
  ...kernelsOf(toBool, (name, formula) => flat(name, 'UnaryArguments', [['x', word]], formula, bool)),
  flatClass('BackwardArguments', ['grad', 'x']),
  ...kernelsOf(backward, (name, formula) => flat(name, 'BackwardArguments', slope, formula, word)),
  broadcastClass('BinaryArguments', ['a', 'b']),
  ...kernelsOf(binary, (name, formula) => broadcast(name, 'BinaryArguments', pair, formula, word)),
  ...kernelsOf(comparisons, (name, test) =>
    broadcast(name, 'BinaryArguments', pair, `f32x4.${test}(a, b)`, bool),
  ),
  ...kernelsOf(comparisons, (name, test) => {
    const signed = test === 'eq' || test === 'ne' ? test : `${test}_s`
    return broadcast(`${name}Int32`, 'BinaryArguments', pair, `i32x4.${signed}(a, b)`, bool)
  }),
  broadcastClass('WhereArguments', ['condition', 'a', 'b']),
  broadcast('where', 'WhereArguments', choice, 'v128.bitselect(a, b, maskOf(condition))', word),
].join('')}`
