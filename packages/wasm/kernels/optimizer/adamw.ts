import { multiplyAdd } from '../simd'

/** One AdamW step of one parameter; results may lie where their inputs do. */
@unmanaged export class AdamwArguments {
  parameter: usize
  gradient: usize
  firstMoment: usize
  secondMoment: usize
  newParameter: usize
  newFirstMoment: usize
  newSecondMoment: usize
  learningRate: usize
  step: usize
  count: i32
  /** Elements of one chunk; a multiple of 4. */
  chunkSize: i32
  beta1: f64
  beta2: f64
  epsilon: f64
  weightDecay: f64
}

export function adamw(args: AdamwArguments, chunk: i32, scratch: usize): void {
  const rate = <f64>load<f32>(args.learningRate)
  const t = <f64>load<i32>(args.step)
  // Numbers near 1, such as β₂, lose in float32 what sets them apart from 1; so each line adds a change, such as
  // (1 - β₂)(g² - v).
  const minusDecay = <f32>(-rate * args.weightDecay)
  const minusStepSize = <f32>(-rate / (1 - NativeMath.pow(args.beta1, t)))
  const rootScale = <f32>(1 / sqrt(1 - NativeMath.pow(args.beta2, t)))
  const rest1 = <f32>(1 - args.beta1)
  const rest2 = <f32>(1 - args.beta2)
  const epsilon = <f32>args.epsilon

  const start = <usize>(chunk * args.chunkSize) << 2
  const count = min(args.chunkSize, args.count - chunk * args.chunkSize)
  const whole = <usize>(count & ~3) << 2
  const end = <usize>count << 2
  const p = args.parameter + start
  const g = args.gradient + start
  const m = args.firstMoment + start
  const v = args.secondMoment + start
  const newP = args.newParameter + start
  const newM = args.newFirstMoment + start
  const newV = args.newSecondMoment + start
  for (let i: usize = 0; i < whole; i += 16) {
    const gradient = v128.load(g + i)
    const oldFirst = v128.load(m + i)
    const oldSecond = v128.load(v + i)
    const oldP = v128.load(p + i)
    const first = multiplyAdd(f32x4.sub(gradient, oldFirst), f32x4.splat(rest1), oldFirst)
    const square = f32x4.mul(gradient, gradient)
    const second = multiplyAdd(f32x4.sub(square, oldSecond), f32x4.splat(rest2), oldSecond)
    const root = multiplyAdd(f32x4.sqrt(second), f32x4.splat(rootScale), f32x4.splat(epsilon))
    const change = f32x4.div(f32x4.mul(first, f32x4.splat(minusStepSize)), root)
    v128.store(newP + i, f32x4.add(oldP, multiplyAdd(oldP, f32x4.splat(minusDecay), change)))
    v128.store(newM + i, first)
    v128.store(newV + i, second)
  }
  for (let i = whole; i < end; i += 4) {
    const gradient = load<f32>(g + i)
    const oldFirst = load<f32>(m + i)
    const oldSecond = load<f32>(v + i)
    const oldP = load<f32>(p + i)
    const first = oldFirst + (gradient - oldFirst) * rest1
    const second = oldSecond + (gradient * gradient - oldSecond) * rest2
    const change = (first * minusStepSize) / (sqrt(second) * rootScale + epsilon)
    store<f32>(newP + i, oldP + (oldP * minusDecay + change))
    store<f32>(newM + i, first)
    store<f32>(newV + i, second)
  }
}
