import { loadPart, storePart, SUM_BLOCK, sumOfLanes, sumOfRow } from '../rows'
import { multiplyAdd } from '../simd'
import { isInRange, squaresInDoubles, sumInDoubles } from './doubles'

/** Layer normalisation of rows; a chunk is `rowsPerChunk` of them. */
@unmanaged export class LayerNormArguments {
  x: usize
  weight: usize
  bias: usize
  output: usize
  mean: usize
  reciprocalDeviation: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
  epsilon: f64
}

export function layerNorm(args: LayerNormArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const weight = args.weight
  const bias = args.bias
  const epsilon = args.epsilon
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  const bytes = <usize>features << 2
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const zero = f32x4.splat(0)
  for (let row = begin; row < end; row++) {
    const x = args.x + <usize>row * bytes
    const output = args.output + <usize>row * bytes

    // A first average, and from the differences to it, which lose nothing where x is close, what it lacks, and the
    // variance.
    let first = <f32>(sumOfRow(x, features) / features)
    let firsts = f32x4.splat(first)
    let sum: f64 = 0
    let squares: f64 = 0
    for (let i: usize = 0; i < whole; ) {
      const blockEnd = min(i + SUM_BLOCK, whole)
      let sums0 = zero
      let sums1 = zero
      let squares0 = zero
      let squares1 = zero
      for (; i + 32 <= blockEnd; i += 32) {
        const difference0 = f32x4.sub(v128.load(x + i), firsts)
        const difference1 = f32x4.sub(v128.load(x + i, 16), firsts)
        sums0 = f32x4.add(sums0, difference0)
        sums1 = f32x4.add(sums1, difference1)
        squares0 = multiplyAdd(difference0, difference0, squares0)
        squares1 = multiplyAdd(difference1, difference1, squares1)
      }
      if (i < blockEnd) {
        const difference = f32x4.sub(v128.load(x + i), firsts)
        sums0 = f32x4.add(sums0, difference)
        squares0 = multiplyAdd(difference, difference, squares0)
        i += 16
      }
      sum += sumOfLanes(f32x4.add(sums0, sums1))
      squares += sumOfLanes(f32x4.add(squares0, squares1))
    }
    for (let i = whole; i < bytes; i += 4) {
      const difference = <f64>load<f32>(x + i) - first
      sum += difference
      squares += difference * difference
    }
    let lacking = sum / features
    let variance = squares / features - lacking * lacking
    if (!isInRange(squares)) {
      const average = sumInDoubles(x, features) / features
      first = <f32>average
      firsts = f32x4.splat(first)
      lacking = average - first
      variance = squaresInDoubles(x, features, average) / features
    }

    const scale = <f32>(1 / sqrt(max(variance, 0) + epsilon))
    const scales = f32x4.splat(scale)
    const lackings = f32x4.splat(<f32>lacking)
    for (let i: usize = 0; i < whole; i += 16) {
      const centred = f32x4.sub(f32x4.sub(v128.load(x + i), firsts), lackings)
      const normalized = f32x4.mul(centred, scales)
      v128.store(output + i, multiplyAdd(normalized, v128.load(weight + i), v128.load(bias + i)))
    }
    if (rest) {
      const centred = f32x4.sub(f32x4.sub(loadPart(x + whole, rest, zero), firsts), lackings)
      const w = loadPart(weight + whole, rest, zero)
      const b = loadPart(bias + whole, rest, zero)
      storePart(output + whole, rest, multiplyAdd(f32x4.mul(centred, scales), w, b))
    }
    store<f32>(args.mean + (<usize>row << 2), <f32>(first + lacking))
    store<f32>(args.reciprocalDeviation + (<usize>row << 2), scale)
  }
}
