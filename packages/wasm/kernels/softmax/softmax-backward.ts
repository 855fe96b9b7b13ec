import { expVector } from '../math/exp'
import { dotOfRows, loadPart, storePart, sumOfRow } from '../rows'
import { multiplyAdd } from '../simd'

/** The gradient that arrives at the rows of a result y; a chunk is `rowsPerChunk` rows. */
@unmanaged export class SoftmaxBackwardArguments {
  grad: usize
  y: usize
  output: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
}

/** The gradient of the softmax, from its result: y · (grad - sum(grad · y)). */
export function softmaxBackward(args: SoftmaxBackwardArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const bytes = <usize>features << 2
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const zero = f32x4.splat(0)
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const grad = args.grad + <usize>row * bytes
    const y = args.y + <usize>row * bytes
    const output = args.output + <usize>row * bytes
    const sum = f32x4.splat(<f32>dotOfRows(grad, y, features))
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(output + i, f32x4.mul(v128.load(y + i), f32x4.sub(v128.load(grad + i), sum)))
    }
    if (rest) {
      const lastGrad = loadPart(grad + whole, rest, zero)
      storePart(output + whole, rest, f32x4.mul(loadPart(y + whole, rest, zero), f32x4.sub(lastGrad, sum)))
    }
  }
}

/** The gradient of the softmax's logarithm, from that: grad - exp(y) · sum(grad). */
export function logSoftmaxBackward(args: SoftmaxBackwardArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const bytes = <usize>features << 2
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const zero = f32x4.splat(0)
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const grad = args.grad + <usize>row * bytes
    const y = args.y + <usize>row * bytes
    const output = args.output + <usize>row * bytes
    const minusSum = f32x4.splat(<f32>-sumOfRow(grad, features))
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(output + i, multiplyAdd(expVector(v128.load(y + i)), minusSum, v128.load(grad + i)))
    }
    if (rest) {
      const probabilities = expVector(loadPart(y + whole, rest, zero))
      storePart(output + whole, rest, multiplyAdd(probabilities, minusSum, loadPart(grad + whole, rest, zero)))
    }
  }
}
