// Dropout with several Threefry blocks side by side: a round's four steps wait for each other, those of another block
// do not.

const blocks = [0, 1, 2, 3]
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
]

/** For all blocks, the four rounds of a group. */
const rounds = (amounts) =>
  amounts
    .map((amount) =>
      [
        ...blocks.map((k) => `a${k} = i32x4.add(a${k}, b${k})`),
        ...blocks.map((k) => `b${k} = v128.xor(rotated(b${k}, ${amount}), a${k})`),
      ].join('; '),
    )
    .map((line) => `        ${line}`)
    .join('\n')

const lines = (indent, texts) => texts.map((text) => `${' '.repeat(indent)}${text}`).join('\n')

export default `// Made by dropout.codegen.mjs.
import { loadPart, storePart } from '../rows'

/** Dropout by Threefry-2x32; a chunk is \`chunkSize\` elements, a multiple of ${8 * blocks.length}. */
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
  for (let i = begin; i < end; i += ${8 * blocks.length}) {
    // A block's eight elements are the two words of four counters.
${lines(
  4,
  blocks.flatMap((k) => [
    `let a${k} = i32x4.add(i32x4.splat((i >> 1) + key0), i32x4(${[0, 1, 2, 3].map((lane) => 4 * k + lane).join(', ')}))`,
    `let b${k} = i32x4.splat(key1)`,
  ]),
)}
    let first = key1
    let second = key2
    let third = key0
    for (let group = 1; group <= 5; group++) {
      if (group & 1) {
${rounds(rotations[0])}
      } else {
${rounds(rotations[1])}
      }
      const firsts = i32x4.splat(first)
      const seconds = i32x4.splat(second + group)
${lines(
  6,
  blocks.flatMap((k) => [`a${k} = i32x4.add(a${k}, firsts)`, `b${k} = i32x4.add(b${k}, seconds)`]),
)}
      const used = first
      first = second
      second = third
      third = used
    }
    const from = x + (<usize>i << 2)
    const to = output + (<usize>i << 2)
    const left = end - i
${lines(
  4,
  blocks.flatMap((k) =>
    ['0, 4, 1, 5', '2, 6, 3, 7'].map((order, half) => {
      const at = 8 * k + 4 * half
      const words = `i32x4.shuffle(a${k}, b${k}, ${order})`
      return `keep(from + ${4 * at}, to + ${4 * at}, left - ${at}, ${words}, threshold, scale)`
    }),
  ),
)}
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
`
