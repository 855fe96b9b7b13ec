import { halt } from '../runtime/shared-state'
import { largestOfRow, sumOfExponentials } from '../softmax/exponential-sums'

/** Halts at the first target that is no class and not ignored. One chunk, so that the first is the one reported. */
@unmanaged export class CheckTargetsArguments {
  targets: usize
  rows: i32
  classes: i32
  ignoreIndex: i32
  guard: i32
}

export function checkTargets(args: CheckTargetsArguments, chunk: i32, scratch: usize): void {
  const targets = args.targets
  const classes = args.classes
  const ignoreIndex = args.ignoreIndex
  for (let row = 0; row < args.rows; row++) {
    const target = load<i32>(targets + (<usize>row << 2))
    // Unsigned, negative targets are large.
    if (<u32>target >= <u32>classes && target != ignoreIndex) {
      halt(args.guard, row, target)
      return
    }
  }
}

/** The logarithm of each row's sum of exponentials, and its loss in float64; a chunk is `rowsPerChunk` rows. */
@unmanaged export class CrossEntropyRowsArguments {
  logits: usize
  targets: usize
  logSumExp: usize
  losses: usize
  rows: i32
  classes: i32
  ignoreIndex: i32
  rowsPerChunk: i32
}

export function crossEntropyRows(args: CrossEntropyRowsArguments, chunk: i32, scratch: usize): void {
  const classes = args.classes
  const begin = chunk * args.rowsPerChunk
  const end = min(begin + args.rowsPerChunk, args.rows)
  for (let row = begin; row < end; row++) {
    const target = load<i32>(args.targets + (<usize>row << 2))
    let normalizer: f64 = 0
    let loss: f64 = 0
    if (target != args.ignoreIndex) {
      const logits = args.logits + ((<usize>row * classes) << 2)
      const largest = largestOfRow(logits, classes)
      normalizer = largest + NativeMath.log(sumOfExponentials(logits, classes, largest))
      loss = normalizer - load<f32>(logits + (<usize>target << 2))
    }
    store<f32>(args.logSumExp + (<usize>row << 2), <f32>normalizer)
    store<f64>(args.losses + (<usize>row << 3), loss)
  }
}

/** Adds the losses in order. */
@unmanaged export class CrossEntropyTotalArguments {
  losses: usize
  targets: usize
  output: usize
  rows: i32
  ignoreIndex: i32
  mean: i32
}

export function crossEntropyTotal(args: CrossEntropyTotalArguments, chunk: i32, scratch: usize): void {
  let total: f64 = 0
  for (let row = 0; row < args.rows; row++) total += load<f64>(args.losses + (<usize>row << 3))
  if (args.mean) total /= max(countTargets(args.targets, args.rows, args.ignoreIndex), 1)
  store<f32>(args.output, <f32>total)
}

/** Targets that are not ignored. */
export function countTargets(targets: usize, rows: i32, ignoreIndex: i32): i32 {
  let count = 0
  for (let row = 0; row < rows; row++) count += i32(load<i32>(targets + (<usize>row << 2)) != ignoreIndex)
  return count
}
