import { dotOfRows, loadPart, storePart, SUM_BLOCK, sumOfLanes } from '../rows'
import { multiplyAdd } from '../simd'
import { isInRange, squaresInDoubles } from './doubles'

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
    let squares = dotOfRows(x, x, features)
    if (!isInRange(squares)) squares = squaresInDoubles(x, features, 0)
    const scale = <f32>(1 / sqrt(squares / features + epsilon))
    const scales = f32x4.splat(scale)
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(output + i, f32x4.mul(f32x4.mul(v128.load(x + i), scales), v128.load(weight + i)))
    }
    if (rest) {
      const w = loadPart(weight + whole, rest, zero)
      storePart(output + whole, rest, f32x4.mul(f32x4.mul(loadPart(x + whole, rest, zero), scales), w))
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
    let even = zero
    let odd = zero
    for (; i + 32 <= end; i += 32) {
      const g0 = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
      const g1 = f32x4.mul(v128.load(grad + i, 16), v128.load(weight + i, 16))
      even = multiplyAdd(g0, f32x4.mul(v128.load(x + i), scales), even)
      odd = multiplyAdd(g1, f32x4.mul(v128.load(x + i, 16), scales), odd)
    }
    if (i < end) {
      const g = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
      even = multiplyAdd(g, f32x4.mul(v128.load(x + i), scales), even)
      i += 16
    }
    sumGY += sumOfLanes(f32x4.add(even, odd))
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
