import { loadPart, promoteHigh, storePart, SUM_BLOCK, sumOfDoubles, sumOfLanes } from '../rows'
import { multiplyAdd } from '../simd'

/** Root-mean-square normalisation of rows; a chunk is `rowsPerChunk` of them. */
@unmanaged export class RmsNormArguments {
  x: usize
  weight: usize
  output: usize
  reciprocalRms: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
  epsilon: f64
}

export function rmsNorm(args: RmsNormArguments, chunk: i32, scratch: usize): void {
  const features = args.features
  const weight = args.weight
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
    // Squares in float64: in float32 those of large numbers would be infinite.
    let low = zero
    let high = zero
    for (let i: usize = 0; i < whole; i += 16) {
      const values = v128.load(x + i)
      const lowHalf = f64x2.promote_low_f32x4(values)
      const highHalf = promoteHigh(values)
      low = f64x2.add(low, f64x2.mul(lowHalf, lowHalf))
      high = f64x2.add(high, f64x2.mul(highHalf, highHalf))
    }
    let last = zero
    if (rest) {
      last = loadPart(x + whole, rest, zero)
      const lowHalf = f64x2.promote_low_f32x4(last)
      const highHalf = promoteHigh(last)
      low = f64x2.add(low, f64x2.mul(lowHalf, lowHalf))
      high = f64x2.add(high, f64x2.mul(highHalf, highHalf))
    }
    const scale = <f32>(1 / sqrt(sumOfDoubles(low, high) / features + epsilon))
    const scales = f32x4.splat(scale)
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(output + i, f32x4.mul(f32x4.mul(v128.load(x + i), scales), v128.load(weight + i)))
    }
    if (rest) {
      const w = loadPart(weight + whole, rest, zero)
      storePart(output + whole, rest, f32x4.mul(f32x4.mul(last, scales), w))
    }
    store<f32>(args.reciprocalRms + (<usize>row << 2), scale)
  }
}

/** The gradients of root-mean-square normalisation; a chunk is `rowsPerChunk` rows. */
@unmanaged export class RmsNormBackwardArguments {
  grad: usize
  x: usize
  weight: usize
  reciprocalRms: usize
  /** The gradient for x; null when it is not needed. */
  xGrad: usize
  /** For each chunk a row of sums over its rows, for `addPartialRows`; null when they are not needed. */
  weightParts: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
}

export function rmsNormBackward(args: RmsNormBackwardArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  const bytes = <usize>args.features << 2
  const weightSums = args.weightParts + <usize>chunk * bytes
  if (args.weightParts) memory.fill(weightSums, 0, bytes)
  for (let row = begin; row < end; row++) {
    const grad = args.grad + <usize>row * bytes
    const x = args.x + <usize>row * bytes
    const scale = load<f32>(args.reciprocalRms + (<usize>row << 2))
    if (args.xGrad) gradientOfRow(grad, x, args.weight, args.xGrad + <usize>row * bytes, args.features, scale)
    if (args.weightParts) addColumns(grad, x, weightSums, args.features, scale)
  }
}

/** With y = x · scale and g = grad · weight: scale · (g - y · mean(g · y)). */
function gradientOfRow(grad: usize, x: usize, weight: usize, output: usize, features: i32, scale: f32): void {
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const zero = f32x4.splat(0)
  const scales = f32x4.splat(scale)
  let sumGY: f64 = 0
  for (let i: usize = 0; i < whole; ) {
    const end = min(i + SUM_BLOCK, whole)
    let products = zero
    for (; i < end; i += 16) {
      const g = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
      products = multiplyAdd(g, f32x4.mul(v128.load(x + i), scales), products)
    }
    sumGY += sumOfLanes(products)
  }
  let lastG = zero
  let lastY = zero
  if (rest) {
    lastG = f32x4.mul(loadPart(grad + whole, rest, zero), loadPart(weight + whole, rest, zero))
    lastY = f32x4.mul(loadPart(x + whole, rest, zero), scales)
    sumGY += sumOfLanes(f32x4.mul(lastG, lastY))
  }
  const minusMeanGY = f32x4.splat(<f32>(-sumGY / features))
  for (let i: usize = 0; i < whole; i += 16) {
    const g = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
    const y = f32x4.mul(v128.load(x + i), scales)
    v128.store(output + i, f32x4.mul(multiplyAdd(y, minusMeanGY, g), scales))
  }
  if (rest) storePart(output + whole, rest, f32x4.mul(multiplyAdd(lastY, minusMeanGY, lastG), scales))
}

/** Adds the row's part of the gradient for weight, grad · y. */
function addColumns(grad: usize, x: usize, weightSums: usize, features: i32, scale: f32): void {
  const whole = <usize>(features & ~3) << 2
  const end = <usize>features << 2
  const scales = f32x4.splat(scale)
  for (let i: usize = 0; i < whole; i += 16) {
    const y = f32x4.mul(v128.load(x + i), scales)
    v128.store(weightSums + i, multiplyAdd(v128.load(grad + i), y, v128.load(weightSums + i)))
  }
  for (let i = whole; i < end; i += 4) {
    const y = load<f32>(x + i) * scale
    store<f32>(weightSums + i, load<f32>(weightSums + i) + load<f32>(grad + i) * y)
  }
}
