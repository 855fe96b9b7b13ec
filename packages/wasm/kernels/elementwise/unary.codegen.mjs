// Kernels `output = f(x)` on float32 tensors, one for each formula of the table.
const formulas = {
  abs: 'f32x4.abs(x)',
  erf: 'erfVector(x)',
  exp: 'expVector(x)',
  log: 'logVector(x)',
  neg: 'f32x4.neg(x)',
  relu: 'f32x4.max(x, f32x4.splat(0))',
  rsqrt: 'f32x4.div(f32x4.splat(1), f32x4.sqrt(x))',
  sigmoid: 'sigmoidVector(x)',
  silu: 'f32x4.mul(x, sigmoidVector(x))',
  sqrt: 'f32x4.sqrt(x)',
  tanh: 'tanhVector(x)',
}

const kernels = Object.entries(formulas).map(
  ([name, formula]) => `
export function ${name}(args: UnaryArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.chunkSize
  const end = min(begin + args.chunkSize, args.count)
  const offset = <usize>begin << 2
  let from = args.x + offset
  let to = args.output + offset
  for (let i = begin >> 2; i < end >> 2; i++) {
    const x = v128.load(from)
    v128.store(to, ${formula})
    from += 16
    to += 16
  }
  // The last elements go the same way, in a vector that is not full, so that no result depends on its place.
  for (let i = end & ~3; i < end; i++) {
    const x = v128.load32_zero(from)
    v128.store_lane<f32>(to, ${formula}, 0)
    from += 4
    to += 4
  }
}
`,
)

export default `// Made by unary.codegen.mjs.
import { erfVector } from '../math/erf'
import { expVector } from '../math/exp'
import { logVector } from '../math/log'
import { sigmoidVector, tanhVector } from '../math/tanh'

@unmanaged export class UnaryArguments {
  x: usize
  output: usize
  count: i32
  /** Elements of one chunk; a multiple of 4. */
  chunkSize: i32
}
${kernels.join('')}`
