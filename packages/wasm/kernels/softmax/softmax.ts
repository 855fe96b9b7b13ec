import { loadPart, storePart } from '../rows'
import { largestOfRow, storeExponentials, sumOfExponentials } from './exponential-sums'

/** The softmax of each row; a chunk is `rowsPerChunk` of them. */
@unmanaged export class SoftmaxArguments {
  x: usize
  output: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
}

export function softmax(args: SoftmaxArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const bytes = <usize>features << 2
  const whole = <usize>(features & ~3) << 2
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const x = args.x + <usize>row * bytes
    const output = args.output + <usize>row * bytes
    const scale = <f32>(1 / storeExponentials(x, output, features, largestOfRow(x, features)))
    const scales = f32x4.splat(scale)
    for (let i: usize = 0; i < whole; i += 16) v128.store(output + i, f32x4.mul(v128.load(output + i), scales))
    for (let i = whole; i < bytes; i += 4) store<f32>(output + i, load<f32>(output + i) * scale)
  }
}

/** The logarithm of the softmax of each row; a chunk is `rowsPerChunk` of them. */
@unmanaged export class LogSoftmaxArguments {
  x: usize
  output: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
}

export function logSoftmax(args: LogSoftmaxArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const bytes = <usize>features << 2
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const x = args.x + <usize>row * bytes
    const output = args.output + <usize>row * bytes
    const largest = largestOfRow(x, features)
    const shifts = f32x4.splat(largest)
    const logarithms = f32x4.splat(<f32>NativeMath.log(sumOfExponentials(x, features, largest)))
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(output + i, f32x4.sub(f32x4.sub(v128.load(x + i), shifts), logarithms))
    }
    if (rest) {
      const last = loadPart(x + whole, rest, shifts)
      storePart(output + whole, rest, f32x4.sub(f32x4.sub(last, shifts), logarithms))
    }
  }
}
