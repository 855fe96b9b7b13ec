import { loadPart, storePart } from '../rows'

/** Dropout by Threefry-2x32; a chunk is `chunkSize` elements, a multiple of 8. */
@unmanaged export class DropoutArguments {
  x: usize
  /** The key: two words. */
  seed: usize
  output: usize
  count: i32
  chunkSize: i32
  /** Elements whose upper 24 random bits are below it become 0. */
  threshold: i32
  scale: f32
}

export function dropout(args: DropoutArguments, chunk: i32, scratch: usize): void {
  const x = args.x
  const output = args.output
  const threshold = i32x4.splat(args.threshold)
  const scale = f32x4.splat(args.scale)
  const key0 = load<i32>(args.seed)
  const key1 = load<i32>(args.seed, 4)
  const key2 = key0 ^ key1 ^ 0x1bd11bda
  const begin = chunk * args.chunkSize
  const end = min(begin + args.chunkSize, args.count)
  for (let i = begin; i < end; i += 8) {
    // Eight elements are the two words of four counters.
    let a = i32x4.add(i32x4.splat((i >> 1) + key0), i32x4(0, 1, 2, 3))
    let b = i32x4.splat(key1)
    for (let group = 0; group < 5; group++) {
      if (group & 1) {
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 17), a)
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 29), a)
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 16), a)
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 24), a)
      } else {
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 13), a)
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 15), a)
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 26), a)
        a = i32x4.add(a, b); b = v128.xor(rotated(b, 6), a)
      }
      const turn = group % 3
      a = i32x4.add(a, i32x4.splat(turn == 0 ? key1 : turn == 1 ? key2 : key0))
      b = i32x4.add(b, i32x4.splat((turn == 0 ? key2 : turn == 1 ? key0 : key1) + group + 1))
    }
    const offset = <usize>i << 2
    keep(x + offset, output + offset, end - i, i32x4.shuffle(a, b, 0, 4, 1, 5), threshold, scale)
    keep(x + offset + 16, output + offset + 16, end - i - 4, i32x4.shuffle(a, b, 2, 6, 3, 7), threshold, scale)
  }
}

// @ts-ignore: decorator
@inline
function rotated(words: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(words, bits), i32x4.shr_u(words, 32 - bits))
}

/** Up to four elements with their random words. */
// @ts-ignore: decorator
@inline
function keep(x: usize, output: usize, count: i32, words: v128, threshold: v128, scale: v128): void {
  const kept = i32x4.ge_s(i32x4.shr_u(words, 8), threshold)
  if (count >= 4) v128.store(output, v128.and(f32x4.mul(v128.load(x), scale), kept))
  else if (count > 0) {
    storePart(output, count, v128.and(f32x4.mul(loadPart(x, count, f32x4.splat(0)), scale), kept))
  }
}
