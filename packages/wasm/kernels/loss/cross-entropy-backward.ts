import { loadPart, storePart } from '../rows'
import { expOfDifference } from '../softmax/exp-of-difference'
import { countTargets } from './cross-entropy'

/** What the gradient of every row is multiplied by, in float64. */
@unmanaged export class CrossEntropyScaleArguments {
  grad: usize
  targets: usize
  scale: usize
  rows: i32
  ignoreIndex: i32
  mean: i32
}

export function crossEntropyScale(args: CrossEntropyScaleArguments, chunk: i32, scratch: usize): void {
  const grad = <f64>load<f32>(args.grad)
  const count = args.mean ? max(countTargets(args.targets, args.rows, args.ignoreIndex), 1) : 1
  store<f64>(args.scale, grad / count)
}

/** (softmax - one-hot) · scale; a chunk is `rowsPerChunk` rows. */
@unmanaged export class CrossEntropyBackwardArguments {
  scale: usize
  logits: usize
  targets: usize
  logSumExp: usize
  output: usize
  rows: i32
  classes: i32
  ignoreIndex: i32
  rowsPerChunk: i32
}

export function crossEntropyBackward(args: CrossEntropyBackwardArguments, chunk: i32, scratch: usize): void {
  const classes = args.classes
  const bytes = <usize>classes << 2
  const whole = <usize>(classes & ~3) << 2
  const rest = classes & 3
  const scale = load<f64>(args.scale)
  const scales = f32x4.splat(<f32>scale)
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const logits = args.logits + <usize>row * bytes
    const output = args.output + <usize>row * bytes
    const target = load<i32>(args.targets + (<usize>row << 2))
    if (target == args.ignoreIndex) {
      memory.fill(output, 0, bytes)
      continue
    }
    const normalizer = load<f32>(args.logSumExp + (<usize>row << 2))
    const normalizers = f32x4.splat(normalizer)
    for (let i: usize = 0; i < whole; i += 16) {
      v128.store(output + i, f32x4.mul(expOfDifference(f32x4.sub(v128.load(logits + i), normalizers)), scales))
    }
    if (rest) {
      const last = loadPart(logits + whole, rest, normalizers)
      storePart(output + whole, rest, f32x4.mul(expOfDifference(f32x4.sub(last, normalizers)), scales))
    }
    if (<u32>target < <u32>classes) {
      // In float64: where the model is certain, little is left of the difference.
      const offset = <usize>target << 2
      const probability = NativeMath.exp(<f64>load<f32>(logits + offset) - normalizer)
      store<f32>(output + offset, <f32>((probability - 1) * scale))
    }
  }
}
