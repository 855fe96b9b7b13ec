import { multiplyAdd, subtractProduct } from '../simd'
import {
  convolvePass4, forwardPass2, forwardPass3, forwardPass4, forwardPass5,
  inversePass2, inversePass3, inversePass4, inversePass5,
  loadReal1, loadReal2, loadReal4, storeReal1, storeReal2, storeReal4, storeReal1Re, storeReal2Re, storeReal4Re,
} from './passes.generated'

/**
 * How a length splits: the number of levels, then four words for each level from the whole transform down: its
 * radix, the blocks before it, the columns of a block, and where its twiddles begin, in bytes. A radix without a
 * pass of its own has its roots of unity before its twiddles.
 */
// @ts-ignore: decorator
@inline
function levelOf(network: usize, level: i32): usize {
  return network + 4 + (<usize>level << 4)
}

// @ts-ignore: decorator
@inline
export function levelCount(network: usize): i32 {
  return load<i32>(network)
}

/** The first level that is left to the network: loads and stores do a first radix above 1. */
// @ts-ignore: decorator
@inline
function firstLevel(firstRadix: i32): i32 {
  return firstRadix > 1 ? 1 : 0
}

/** Natural to digit-reversed order, from level `begin` to `end - 1`. `temporary` holds one element per radix. */
function forwardNetwork(tile: usize, begin: i32, end: i32, network: usize, twiddles: usize, temporary: usize): void {
  for (let level = begin; level < end; level++) {
    const entry = levelOf(network, level)
    const radix = load<i32>(entry)
    const blocks = load<i32>(entry, 4)
    const columns = load<i32>(entry, 8)
    const table = twiddles + load<u32>(entry, 12)
    if (radix == 4) forwardPass4(tile, blocks, columns, table)
    else if (radix == 3) forwardPass3(tile, blocks, columns, table)
    else if (radix == 5) forwardPass5(tile, blocks, columns, table)
    else if (radix == 2) forwardPass2(tile, blocks, columns, table)
    else anyPass(tile, radix, blocks, columns, table, temporary, false)
  }
}

/** Digit-reversed to natural order, from level `end - 1` up to level `begin`. */
export function inverseNetwork(tile: usize, begin: i32, end: i32, network: usize, twiddles: usize, temporary: usize): void {
  for (let level = end - 1; level >= begin; level--) {
    const entry = levelOf(network, level)
    const radix = load<i32>(entry)
    const blocks = load<i32>(entry, 4)
    const columns = load<i32>(entry, 8)
    const table = twiddles + load<u32>(entry, 12)
    if (radix == 4) inversePass4(tile, blocks, columns, table)
    else if (radix == 3) inversePass3(tile, blocks, columns, table)
    else if (radix == 5) inversePass5(tile, blocks, columns, table)
    else if (radix == 2) inversePass2(tile, blocks, columns, table)
    else anyPass(tile, radix, blocks, columns, table, temporary, true)
  }
}

/** A pass of any radix, by the definition of the transform. */
function anyPass(
  tile: usize, radix: i32, blocks: i32, columns: i32, roots: usize, temporary: usize, inverse: bool,
): void {
  const stride = <usize>columns << 5
  const sign = f32x4.splat(inverse ? -1 : 1)
  let twiddles = roots + (<usize>radix << 3)
  for (let block = 0; block < blocks; block++) {
    for (let column = 0; column < columns; column++) {
      const base = tile + (<usize>(block * radix * columns + column) << 5)
      for (let i = 0; i < radix; i++) {
        const from = base + <usize>i * stride
        const to = temporary + (<usize>i << 5)
        if (inverse || i == 0) copyElement(to, from)
        else turn(to, v128.load(from), v128.load(from, 16), twiddles + (<usize>(i - 1) << 3), sign)
      }
      for (let j = 0; j < radix; j++) {
        let re = f32x4.splat(0)
        let im = f32x4.splat(0)
        let root = 0
        for (let i = 0; i < radix; i++) {
          const from = temporary + (<usize>i << 5)
          const x = v128.load(from)
          const y = v128.load(from, 16)
          const c = v128.load32_splat(roots + (<usize>root << 3))
          const s = f32x4.mul(sign, v128.load32_splat(roots + (<usize>root << 3), 4))
          re = subtractProduct(s, y, multiplyAdd(c, x, re))
          im = multiplyAdd(s, x, multiplyAdd(c, y, im))
          root += j
          if (root >= radix) root -= radix
        }
        const to = base + <usize>j * stride
        if (inverse && j > 0) turn(to, re, im, twiddles + (<usize>(j - 1) << 3), sign)
        else {
          v128.store(to, re)
          v128.store(to, im, 16)
        }
      }
    }
    twiddles += <usize>(radix - 1) << 3
  }
}

// @ts-ignore: decorator
@inline
function copyElement(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
}

/** (re + i im) · twiddle; its conjugate where the sign is -1. */
// @ts-ignore: decorator
@inline
function turn(to: usize, re: v128, im: v128, twiddle: usize, sign: v128): void {
  const c = v128.load32_splat(twiddle)
  const s = f32x4.mul(sign, v128.load32_splat(twiddle, 4))
  v128.store(to, subtractProduct(im, s, f32x4.mul(re, c)))
  v128.store(to, multiplyAdd(im, c, f32x4.mul(re, s)), 16)
}

/**
 * The spectra of eight real rows of n numbers, in digit-reversed order: rows 0 to 3 are the real parts of the lanes,
 * the rows from `imaginaryRows` on the imaginary parts. `firstRadix` belongs to level 0, or is 1.
 */
export function transformRows(
  rows: usize, imaginaryRows: usize, stride: usize, tile: usize, n: i32,
  firstRadix: i32, network: usize, twiddles: usize, temporary: usize,
): void {
  loadRows(rows, imaginaryRows, stride, tile, n, firstRadix)
  forwardNetwork(tile, firstLevel(firstRadix), levelCount(network), network, twiddles, temporary)
}

// @ts-ignore: decorator
@inline
function loadRows(rows: usize, imaginaryRows: usize, stride: usize, tile: usize, n: i32, firstRadix: i32): void {
  if (firstRadix == 4) loadReal4(rows, imaginaryRows, stride, tile, n)
  else if (firstRadix == 2) loadReal2(rows, imaginaryRows, stride, tile, n)
  else loadReal1(rows, imaginaryRows, stride, tile, n)
}

/** The way back, not scaled. */
export function transformRowsBack(
  tile: usize, rows: usize, stride: usize, n: i32, firstRadix: i32, network: usize, twiddles: usize, temporary: usize,
): void {
  inverseNetwork(tile, firstLevel(firstRadix), levelCount(network), network, twiddles, temporary)
  storeRows(tile, rows, stride, n, firstRadix)
}

// @ts-ignore: decorator
@inline
function storeRows(tile: usize, rows: usize, stride: usize, n: i32, firstRadix: i32): void {
  const imaginaryRows = rows + stride * 4
  if (firstRadix == 4) storeReal4(rows, imaginaryRows, stride, tile, n)
  else if (firstRadix == 2) storeReal2(rows, imaginaryRows, stride, tile, n)
  else storeReal1(rows, imaginaryRows, stride, tile, n)
}

/** Whether `convolveRows` has a pass for the last level. */
export function canConvolve(firstRadix: i32, network: usize): bool {
  const last = levelCount(network) - 1
  return last >= firstLevel(firstRadix) && load<i32>(levelOf(network, last)) == 4
}

/**
 * Eight real rows of n numbers, convolved with the kernel whose spectrum, scaled, is `kernel`; their own spectra, as
 * of `transformRows`, are left in `spectrum`. Everything but that happens within one tile.
 */
export function convolveRows(
  rows: usize, stride: usize, tile: usize, spectrum: usize, kernel: usize, target: usize, n: i32,
  firstRadix: i32, network: usize, twiddles: usize, temporary: usize,
): void {
  const first = firstLevel(firstRadix)
  const last = levelCount(network) - 1
  const entry = levelOf(network, last)
  loadRows(rows, rows + stride * 4, stride, tile, n, firstRadix)
  forwardNetwork(tile, first, last, network, twiddles, temporary)
  convolvePass4(tile, spectrum, kernel, load<i32>(entry, 4), twiddles + load<u32>(entry, 12))
  inverseNetwork(tile, first, last, network, twiddles, temporary)
  storeRows(tile, target, stride, n, firstRadix)
}

/** The way back of spectra of four real rows, which stand at 0, stride, stride2 and stride + stride2. */
export function transformFourRowsBack(
  tile: usize, rows: usize, stride: usize, stride2: usize, n: i32,
  firstRadix: i32, network: usize, twiddles: usize, temporary: usize,
): void {
  inverseNetwork(tile, firstLevel(firstRadix), levelCount(network), network, twiddles, temporary)
  if (firstRadix == 4) storeReal4Re(rows, stride, stride2, tile, n)
  else if (firstRadix == 2) storeReal2Re(rows, stride, stride2, tile, n)
  else storeReal1Re(rows, stride, stride2, tile, n)
}
