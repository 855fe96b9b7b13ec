import { loadPart, loadTwo, promoteHigh, storePart, sumOfDoubles } from '../rows'
import { multiplyAdd } from '../simd'

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

    let low = zero
    let high = zero
    for (let i: usize = 0; i < whole; i += 16) {
      low = f64x2.add(low, loadTwo(x + i))
      high = f64x2.add(high, loadTwo(x + i + 8))
    }
    if (rest) {
      const part = loadPart(x + whole, rest, zero)
      low = f64x2.add(low, f64x2.promote_low_f32x4(part))
      high = f64x2.add(high, promoteHigh(part))
    }
    const average = sumOfDoubles(low, high) / features
    // The average as two float32: where x is close to it, x - first is exact, and nothing of the difference is lost.
    const first = <f32>average
    const firstPart = f32x4.splat(first)
    const secondPart = f32x4.splat(<f32>(average - first))

    low = zero
    high = zero
    for (let i: usize = 0; i < whole; i += 16) {
      const centred = f32x4.sub(f32x4.sub(v128.load(x + i), firstPart), secondPart)
      const lowHalf = f64x2.promote_low_f32x4(centred)
      const highHalf = promoteHigh(centred)
      low = f64x2.add(low, f64x2.mul(lowHalf, lowHalf))
      high = f64x2.add(high, f64x2.mul(highHalf, highHalf))
    }
    for (let i = whole; i < bytes; i += 4) {
      const centred = <f64>(load<f32>(x + i) - first) - (average - first)
      low = f64x2.replace_lane(low, 0, f64x2.extract_lane(low, 0) + centred * centred)
    }
    const scale = 1 / sqrt(sumOfDoubles(low, high) / features + epsilon)
    const scales = f32x4.splat(<f32>scale)

    for (let i: usize = 0; i < whole; i += 16) {
      const centred = f32x4.sub(f32x4.sub(v128.load(x + i), firstPart), secondPart)
      const normalized = f32x4.mul(centred, scales)
      v128.store(output + i, multiplyAdd(normalized, v128.load(weight + i), v128.load(bias + i)))
    }
    if (rest) {
      const centred = f32x4.sub(f32x4.sub(loadPart(x + whole, rest, zero), firstPart), secondPart)
      const w = loadPart(weight + whole, rest, zero)
      const b = loadPart(bias + whole, rest, zero)
      storePart(output + whole, rest, multiplyAdd(f32x4.mul(centred, scales), w, b))
    }
    store<f32>(args.mean + (<usize>row << 2), first)
    store<f32>(args.reciprocalDeviation + (<usize>row << 2), <f32>scale)
  }
}
