import { multiplyAdd, subtractProduct } from '../simd'
import { inverseNetwork, levelCount } from './network'
import { storeComplex1, storeComplex2, storeComplex4 } from './passes.generated'
import { copyRows, loadPair } from './four-rows'

/** The real rows of length n that have the half spectra X. */
@unmanaged export class IrfftArguments {
  X: usize
  output: usize
  n: i32
  rows: i32
  /** Rows of one chunk, a multiple of 4. */
  chunkRows: i32
  /** The network of n/2 points, or of n when n is odd. */
  network: usize
  twiddles: usize
  /** The digit-reversed place of each element. */
  places: usize
  /** The radix of the last pass, fused with the store, or 1 for none. */
  storeRadix: i32
  /** cos and sin of 2πk/n, halved, for k from 1 to n/4. */
  splitRoots: usize
  /** Bytes of the working tile. */
  tileBytes: i32
}

export function irfft(args: IrfftArguments, chunk: i32, scratch: usize): void {
  const n = args.n
  const rows = args.rows
  const network = args.network
  const twiddles = args.twiddles
  const storeRadix = args.storeRadix
  const begin = chunk * args.chunkRows
  const end = min(begin + args.chunkRows, rows)
  const points = n & 1 ? n : n >> 1
  const tile = scratch
  const temporary = tile + (<usize>points << 5)
  const copies = tile + <usize>args.tileBytes
  const rowBytes = <usize>n << 2
  const binBytes = <usize>((n >> 1) + 1) << 3
  const firstPass = storeRadix > 1 ? 1 : 0
  const scale: f32 = <f32>(1.0 / <f64>points)
  for (let row = begin; row < end; row += 4) {
    const whole = row + 4 <= end
    let source = args.X + <usize>row * binBytes
    let target = args.output + <usize>row * rowBytes
    if (!whole) {
      copyRows(copies, source, binBytes, binBytes, end - row, 4)
      source = copies
      target = copies + binBytes * 4
    }
    if (n & 1) loadOdd(source, binBytes, tile, n, args.places)
    else join(source, binBytes, tile, points, args.places, args.splitRoots)
    inverseNetwork(tile, firstPass, levelCount(network), network, twiddles, temporary)
    if (n & 1) storeOdd(tile, n, target, rowBytes, scale)
    else if (storeRadix == 4) storeComplex4(target, rowBytes, tile, points, scale)
    else if (storeRadix == 2) storeComplex2(target, rowBytes, tile, points, scale)
    else storeComplex1(target, rowBytes, tile, points, scale)
    if (!whole) copyRows(args.output + <usize>row * rowBytes, target, rowBytes, rowBytes, end - row, end - row)
  }
}

/**
 * The way back of rfft's split: `Z[k] = E + i O` with `E = (X[k] + conj X[m - k]) / 2` and
 * `O = (X[k] - conj X[m - k]) / 2 · exp(2πi k / n)`; its inverse transform has the even numbers of a row as real parts
 * and the odd ones as imaginary parts.
 */
function join(row: usize, stride: usize, tile: usize, m: i32, places: usize, roots: usize): void {
  const stride2 = stride * 2
  const stride3 = stride * 3
  const half = f32x4.splat(0.5)
  let front = row
  let back = row + (<usize>m << 3)
  // The imaginary parts of frequencies 0 and m do not enter.
  const firstLow = loadPair(front, front + stride)
  const firstHigh = loadPair(front + stride2, front + stride3)
  const lastLow = loadPair(back, back + stride)
  const lastHigh = loadPair(back + stride2, back + stride3)
  const first = v128.shuffle<f32>(firstLow, firstHigh, 0, 2, 4, 6)
  const last = v128.shuffle<f32>(lastLow, lastHigh, 0, 2, 4, 6)
  const origin = tile + <usize>load<u32>(places)
  v128.store(origin, f32x4.mul(half, f32x4.add(first, last)))
  v128.store(origin, f32x4.mul(half, f32x4.sub(first, last)), 16)
  let mirror = places + (<usize>m << 2)
  for (let k = 1; k <= m - k; k++) {
    front += 8
    back -= 8
    places += 4
    mirror -= 4
    const frontLow = loadPair(front, front + stride)
    const frontHigh = loadPair(front + stride2, front + stride3)
    const backLow = loadPair(back, back + stride)
    const backHigh = loadPair(back + stride2, back + stride3)
    const ar = v128.shuffle<f32>(frontLow, frontHigh, 0, 2, 4, 6)
    const ai = v128.shuffle<f32>(frontLow, frontHigh, 1, 3, 5, 7)
    const br = v128.shuffle<f32>(backLow, backHigh, 0, 2, 4, 6)
    const bi = v128.shuffle<f32>(backLow, backHigh, 1, 3, 5, 7)
    const c = v128.load32_splat(roots)
    const s = v128.load32_splat(roots, 4)
    const er = f32x4.mul(half, f32x4.add(ar, br))
    const ei = f32x4.mul(half, f32x4.sub(ai, bi))
    const dr = f32x4.sub(ar, br)
    const di = f32x4.add(ai, bi)
    // O = (c + i s) · (dr + i di)
    const or = subtractProduct(s, di, f32x4.mul(c, dr))
    const oi = multiplyAdd(s, dr, f32x4.mul(c, di))
    const a = tile + <usize>load<u32>(places)
    const b = tile + <usize>load<u32>(mirror)
    v128.store(a, f32x4.sub(er, oi))
    v128.store(a, f32x4.add(ei, or), 16)
    v128.store(b, f32x4.add(er, oi))
    v128.store(b, f32x4.sub(or, ei), 16)
    roots += 8
  }
}

/** Half spectra of rows of odd length into a tile, with their mirror images. */
function loadOdd(row: usize, stride: usize, tile: usize, n: i32, places: usize): void {
  for (let k = 0; k <= n >> 1; k++) {
    const low = loadPair(row, row + stride)
    const high = loadPair(row + stride * 2, row + stride * 3)
    const re = v128.shuffle<f32>(low, high, 0, 2, 4, 6)
    const im = k == 0 ? f32x4.splat(0) : v128.shuffle<f32>(low, high, 1, 3, 5, 7)
    const a = tile + <usize>load<u32>(places + (<usize>k << 2))
    const b = tile + <usize>load<u32>(places + (<usize>(k == 0 ? 0 : n - k) << 2))
    v128.store(b, re)
    v128.store(b, f32x4.neg(im), 16)
    v128.store(a, re)
    v128.store(a, im, 16)
    row += 8
  }
}

/** The real parts, scaled, into four rows. */
function storeOdd(tile: usize, n: i32, row: usize, stride: usize, scale: f32): void {
  const factor = f32x4.splat(scale)
  for (let j = 0; j < n; j++) {
    const value = f32x4.mul(factor, v128.load(tile))
    v128.store32_lane(row, value, 0)
    v128.store32_lane(row + stride, value, 1)
    v128.store32_lane(row + stride * 2, value, 2)
    v128.store32_lane(row + stride * 3, value, 3)
    tile += 32
    row += 4
  }
}
