import { multiplyAdd, subtractProduct } from '../simd'
import { inverseNetwork, levelCount } from './network'
import { loadComplex1Swapped, loadComplex2Swapped, loadComplex4Swapped } from './passes.generated'
import { copyRows, storeFour, storePair } from './four-rows'

/** `output[r, f] = Σ_j x[r, j] exp(-2πi f j / n)` for f = 0 … ⌊n/2⌋, in complex numbers. */
@unmanaged export class RfftArguments {
  x: usize
  output: usize
  n: i32
  rows: i32
  /** Rows of one chunk, a multiple of 4. */
  chunkRows: i32
  /** The network of n/2 points, or of n when n is odd. */
  network: usize
  twiddles: usize
  /** Where the first pass puts each column. */
  places: usize
  /** The radix of that pass, or 1 for none. */
  loadRadix: i32
  /** cos and sin of 2πk/n, halved, for k from 1 to n/4. */
  splitRoots: usize
  /** Bytes of the working tile. */
  tileBytes: i32
}

export function rfft(args: RfftArguments, chunk: i32, scratch: usize): void {
  const n = args.n
  const rows = args.rows
  const network = args.network
  const twiddles = args.twiddles
  const places = args.places
  const loadRadix = args.loadRadix
  const begin = chunk * args.chunkRows
  const end = min(begin + args.chunkRows, rows)
  const points = n & 1 ? n : n >> 1
  const tile = scratch
  const temporary = tile + (<usize>points << 5)
  const copies = tile + <usize>args.tileBytes
  const rowBytes = <usize>n << 2
  const binBytes = <usize>((n >> 1) + 1) << 3
  const passes = levelCount(network) - (loadRadix > 1 ? 1 : 0)
  for (let row = begin; row < end; row += 4) {
    const whole = row + 4 <= end
    let source = args.x + <usize>row * rowBytes
    let target = args.output + <usize>row * binBytes
    if (!whole) {
      copyRows(copies, source, rowBytes, rowBytes, end - row, 4)
      source = copies
      target = copies + rowBytes * 4
    }
    if (n & 1) loadOdd(source, rowBytes, tile, n, places)
    else if (loadRadix == 4) loadComplex4Swapped(source, rowBytes, tile, points, places, twiddlesOf(network, twiddles))
    else if (loadRadix == 2) loadComplex2Swapped(source, rowBytes, tile, points, places, twiddlesOf(network, twiddles))
    else loadComplex1Swapped(source, rowBytes, tile, points, places, twiddles)
    inverseNetwork(tile, 0, passes, network, twiddles, temporary)
    if (n & 1) storeOdd(tile, n, target, binBytes)
    else split(tile, points, args.splitRoots, target, binBytes)
    if (!whole) copyRows(args.output + <usize>row * binBytes, target, binBytes, binBytes, end - row, end - row)
  }
}

/** Twiddles of the last level. */
// @ts-ignore: decorator
@inline
export function twiddlesOf(network: usize, twiddles: usize): usize {
  return twiddles + load<u32>(network + (<usize>levelCount(network) << 4))
}

/**
 * The spectra of four real rows from Z, the transform of their even (real part) and odd (imaginary part) numbers:
 * `X[k] = E + w^k O` and `X[m - k] = conj(E - w^k O)`, where E and O are the spectra of the even and odd numbers and
 * w = exp(-2πi / n). The tile's real and imaginary parts are swapped.
 */
function split(tile: usize, m: i32, roots: usize, row: usize, stride: usize): void {
  const stride2 = stride * 2
  const stride3 = stride * 3
  const half = f32x4.splat(0.5)
  const zero = f32x4.splat(0)
  const first = v128.load(tile, 16)
  const second = v128.load(tile)
  storePair(row, stride, stride2, stride3, f32x4.add(first, second), zero)
  storePair(row + (<usize>m << 3), stride, stride2, stride3, f32x4.sub(first, second), zero)
  let a = tile + 32
  let b = tile + (<usize>(m - 1) << 5)
  let front = row + 8
  let back = row + (<usize>(m - 1) << 3)
  // Two frequencies and their mirror images at once, so that rows get 16 bytes at a time.
  for (; a + 64 < b; a += 64, b -= 64) {
    const ar = v128.load(a, 16)
    const ai = v128.load(a)
    const br = v128.load(b, 16)
    const bi = v128.load(b)
    const c = v128.load32_splat(roots)
    const s = v128.load32_splat(roots, 4)
    const er = f32x4.mul(half, f32x4.add(ar, br))
    const ei = f32x4.mul(half, f32x4.sub(ai, bi))
    const dr = f32x4.sub(br, ar)
    const di = f32x4.add(ai, bi)
    const tr = multiplyAdd(s, dr, f32x4.mul(c, di))
    const ti = subtractProduct(s, di, f32x4.mul(c, dr))
    const a2 = a + 32
    const b2 = b - 32
    const ar2 = v128.load(a2, 16)
    const ai2 = v128.load(a2)
    const br2 = v128.load(b2, 16)
    const bi2 = v128.load(b2)
    const c2 = v128.load32_splat(roots, 8)
    const s2 = v128.load32_splat(roots, 12)
    const er2 = f32x4.mul(half, f32x4.add(ar2, br2))
    const ei2 = f32x4.mul(half, f32x4.sub(ai2, bi2))
    const dr2 = f32x4.sub(br2, ar2)
    const di2 = f32x4.add(ai2, bi2)
    const tr2 = multiplyAdd(s2, dr2, f32x4.mul(c2, di2))
    const ti2 = subtractProduct(s2, di2, f32x4.mul(c2, dr2))
    storeFour(
      front, stride, stride2, stride3,
      f32x4.add(er, tr), f32x4.add(ti, ei), f32x4.add(er2, tr2), f32x4.add(ti2, ei2),
    )
    storeFour(
      back - 8, stride, stride2, stride3,
      f32x4.sub(er2, tr2), f32x4.sub(ti2, ei2), f32x4.sub(er, tr), f32x4.sub(ti, ei),
    )
    front += 16
    back -= 16
    roots += 16
  }
  for (; a <= b; a += 32, b -= 32) {
    const ar = v128.load(a, 16)
    const ai = v128.load(a)
    const br = v128.load(b, 16)
    const bi = v128.load(b)
    const c = v128.load32_splat(roots)
    const s = v128.load32_splat(roots, 4)
    const er = f32x4.mul(half, f32x4.add(ar, br))
    const ei = f32x4.mul(half, f32x4.sub(ai, bi))
    const dr = f32x4.sub(br, ar)
    const di = f32x4.add(ai, bi)
    const tr = multiplyAdd(s, dr, f32x4.mul(c, di))
    const ti = subtractProduct(s, di, f32x4.mul(c, dr))
    storePair(front, stride, stride2, stride3, f32x4.add(er, tr), f32x4.add(ti, ei))
    storePair(back, stride, stride2, stride3, f32x4.sub(er, tr), f32x4.sub(ti, ei))
    front += 8
    back -= 8
    roots += 8
  }
}

/** Four real rows of odd length into a tile, as complex numbers; real and imaginary parts swapped. */
function loadOdd(row: usize, stride: usize, tile: usize, n: i32, places: usize): void {
  const zero = f32x4.splat(0)
  for (let j = 0; j < n; j++) {
    let value = v128.load32_zero(row)
    value = v128.load32_lane(row + stride, value, 1)
    value = v128.load32_lane(row + stride * 2, value, 2)
    value = v128.load32_lane(row + stride * 3, value, 3)
    const a = tile + <usize>load<u32>(places)
    v128.store(a, zero)
    v128.store(a, value, 16)
    row += 4
    places += 4
  }
}

/** The first half of a whole spectrum; real and imaginary parts swapped. */
function storeOdd(tile: usize, n: i32, row: usize, stride: usize): void {
  for (let k = 0; k <= n >> 1; k++) {
    storePair(row, stride, stride * 2, stride * 3, v128.load(tile, 16), v128.load(tile))
    tile += 32
    row += 8
  }
}
