import { loadPart, storePart, SUM_BLOCK, sumOfLanes } from '../rows'
import { multiplyAdd } from '../simd'

/** The gradients of layer normalisation; a chunk is `rowsPerChunk` rows. */
@unmanaged export class LayerNormBackwardArguments {
  grad: usize
  x: usize
  weight: usize
  mean: usize
  reciprocalDeviation: usize
  /** The gradient for x; null when it is not needed. */
  xGrad: usize
  /** For each chunk a row of sums over its rows, for `addPartialRows`; null when they are not needed. */
  weightParts: usize
  biasParts: usize
  rows: i32
  features: i32
  rowsPerChunk: i32
}

export function layerNormBackward(args: LayerNormBackwardArguments, chunk: i32, scratch: usize): void {
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  const bytes = <usize>args.features << 2
  const weightSums = args.weightParts + <usize>chunk * bytes
  const biasSums = args.biasParts + <usize>chunk * bytes
  if (args.weightParts) {
    memory.fill(weightSums, 0, bytes)
    memory.fill(biasSums, 0, bytes)
  }
  for (let row = begin; row < end; row++) {
    const grad = args.grad + <usize>row * bytes
    const x = args.x + <usize>row * bytes
    const mean = load<f32>(args.mean + (<usize>row << 2))
    const scale = load<f32>(args.reciprocalDeviation + (<usize>row << 2))
    if (args.xGrad) gradientOfRow(grad, x, args.weight, args.xGrad + <usize>row * bytes, args.features, mean, scale)
    if (args.weightParts) addColumns(grad, x, weightSums, biasSums, args.features, mean, scale)
  }
}

/** With y = (x - mean) · scale and g = grad · weight: scale · (g - mean(g) - y · mean(g · y)). */
function gradientOfRow(
  grad: usize, x: usize, weight: usize, output: usize, features: i32, mean: f32, scale: f32,
): void {
  const whole = <usize>(features & ~3) << 2
  const rest = features & 3
  const zero = f32x4.splat(0)
  const means = f32x4.splat(mean)
  const scales = f32x4.splat(scale)
  let sumG: f64 = 0
  let sumGY: f64 = 0
  for (let i: usize = 0; i < whole; ) {
    const end = min(i + SUM_BLOCK, whole)
    let sums = zero
    let even = zero
    let odd = zero
    for (; i + 32 <= end; i += 32) {
      const g0 = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
      const g1 = f32x4.mul(v128.load(grad + i, 16), v128.load(weight + i, 16))
      sums = f32x4.add(sums, f32x4.add(g0, g1))
      even = multiplyAdd(g0, f32x4.mul(f32x4.sub(v128.load(x + i), means), scales), even)
      odd = multiplyAdd(g1, f32x4.mul(f32x4.sub(v128.load(x + i, 16), means), scales), odd)
    }
    if (i < end) {
      const g = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
      sums = f32x4.add(sums, g)
      even = multiplyAdd(g, f32x4.mul(f32x4.sub(v128.load(x + i), means), scales), even)
      i += 16
    }
    sumG += sumOfLanes(sums)
    sumGY += sumOfLanes(f32x4.add(even, odd))
  }
  let lastG = zero
  let lastY = zero
  if (rest) {
    lastG = f32x4.mul(loadPart(grad + whole, rest, zero), loadPart(weight + whole, rest, zero))
    lastY = f32x4.mul(f32x4.sub(loadPart(x + whole, rest, means), means), scales)
    sumG += sumOfLanes(lastG)
    sumGY += sumOfLanes(f32x4.mul(lastG, lastY))
  }
  const meanG = f32x4.splat(<f32>(sumG / features))
  const minusMeanGY = f32x4.splat(<f32>(-sumGY / features))
  for (let i: usize = 0; i < whole; i += 16) {
    const g = f32x4.mul(v128.load(grad + i), v128.load(weight + i))
    const y = f32x4.mul(f32x4.sub(v128.load(x + i), means), scales)
    v128.store(output + i, f32x4.mul(multiplyAdd(y, minusMeanGY, f32x4.sub(g, meanG)), scales))
  }
  if (rest) {
    storePart(output + whole, rest, f32x4.mul(multiplyAdd(lastY, minusMeanGY, f32x4.sub(lastG, meanG)), scales))
  }
}

/** Adds the row's parts of the gradients for weight, grad · y, and for bias, grad. */
function addColumns(
  grad: usize, x: usize, weightSums: usize, biasSums: usize, features: i32, mean: f32, scale: f32,
): void {
  const whole = <usize>(features & ~3) << 2
  const end = <usize>features << 2
  const means = f32x4.splat(mean)
  const scales = f32x4.splat(scale)
  for (let i: usize = 0; i < whole; i += 16) {
    const g = v128.load(grad + i)
    const y = f32x4.mul(f32x4.sub(v128.load(x + i), means), scales)
    v128.store(weightSums + i, multiplyAdd(g, y, v128.load(weightSums + i)))
    v128.store(biasSums + i, f32x4.add(g, v128.load(biasSums + i)))
  }
  for (let i = whole; i < end; i += 4) {
    const g = load<f32>(grad + i)
    const y = (load<f32>(x + i) - mean) * scale
    store<f32>(weightSums + i, load<f32>(weightSums + i) + g * y)
    store<f32>(biasSums + i, load<f32>(biasSums + i) + g)
  }
}
