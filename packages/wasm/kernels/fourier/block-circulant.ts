import { canConvolve, convolveRows, transformRows, transformRowsBack } from './network'
import { multiplyBlocks1, multiplyBlocks2, multiplyBlocks4 } from './products.generated'
import { copyRows } from './four-rows'

// Eight rows make a tile of four complex lanes: rows 0 to 3 are the real parts, rows 4 to 7 the imaginary parts. The
// kernel c is real, so its spectrum multiplies both at once. No spectrum is ever put in order.

/** Output blocks that are computed together: four while there are as many, then two, then one. */
// @ts-ignore: decorator
@inline
export function groupSize(remaining: i32): i32 {
  return remaining >= 4 ? 4 : remaining >= 2 ? 2 : 1
}

/**
 * The spectra of the blocks of c, scaled, in the order in which products read them: for each group of outputs, each
 * frequency and each block that is summed over, the group's real parts, then its imaginary parts.
 */
@unmanaged export class CirculantSpectrumArguments {
  c: usize
  spectrum: usize
  /** Blocks of the result of the product, and blocks that it sums over. */
  outputs: i32
  sums: i32
  /** From one to the next in c, in bytes. */
  outputStride: i32
  sumStride: i32
  p: i32
  scale: f32
  /** 1, or -1 for the transposed matrix, whose spectra are conjugate. */
  sign: f32
  firstRadix: i32
  network: usize
  twiddles: usize
  /** For each place in digit-reversed order, the place of the mirrored frequency, in bytes of a tile. */
  mirror: usize
  /** A chunk transforms so many pairs of a group's summed blocks. */
  chunkPairs: i32
  tileBytes: i32
}

export function circulantSpectrum(args: CirculantSpectrumArguments, chunk: i32, scratch: usize): void {
  const outputs = args.outputs
  const sums = args.sums
  const p = args.p
  const outputStride = <usize>args.outputStride
  const sumStride = <usize>args.sumStride
  const tile = scratch
  const temporary = tile + (<usize>p << 5)
  const copies = tile + <usize>args.tileBytes
  const bytes = <usize>p << 2
  const pairs = (sums + 1) >> 1
  const groups = (outputs >> 2) + ((outputs & 2) >> 1) + (outputs & 1)
  const begin = chunk * args.chunkPairs
  const end = min(begin + args.chunkPairs, groups * pairs)
  for (let unit = begin; unit < end; unit++) {
    const group = unit / pairs
    const sum = (unit % pairs) << 1
    // Groups of 4 come first; a group of 2, then one of 1 may follow.
    const firstOutput = group <= outputs >> 2 ? group << 2 : (outputs >> 2 << 2) + 2
    const size = groupSize(outputs - firstOutput)
    const both = sum + 1 < sums
    let rows = args.c + <usize>firstOutput * outputStride + <usize>sum * sumStride
    let imaginaryRows = rows + sumStride
    let stride = outputStride
    if (size < 4 || !both) {
      copyRows(copies, rows, stride, bytes, size, 4)
      copyRows(copies + bytes * 4, imaginaryRows, stride, bytes, both ? size : 0, 4)
      rows = copies
      imaginaryRows = copies + bytes * 4
      stride = bytes
    }
    transformRows(rows, imaginaryRows, stride, tile, p, args.firstRadix, args.network, args.twiddles, temporary)
    const target = args.spectrum + ((<usize>firstOutput * sums * p + <usize>sum * size) << 3)
    splitKernel(tile, p, args.mirror, args.scale, args.sign, target, <usize>sums * size << 3, size, both)
  }
}

/** Two spectra of real rows from that of the first plus i times the second. */
function splitKernel(
  tile: usize, p: i32, mirror: usize, scale: f32, sign: f32, target: usize, step: usize, size: i32, both: bool,
): void {
  const reFactor = f32x4.splat(scale * 0.5)
  const imFactor = f32x4.splat(scale * sign * 0.5)
  let a = tile
  for (let point = 0; point < p; point++) {
    const b = tile + <usize>load<u32>(mirror)
    const ar = v128.load(a)
    const ai = v128.load(a, 16)
    const br = v128.load(b)
    const bi = v128.load(b, 16)
    storeKernel(target, size, f32x4.mul(reFactor, f32x4.add(ar, br)), f32x4.mul(imFactor, f32x4.sub(ai, bi)))
    if (both) {
      const next = target + (<usize>size << 3)
      storeKernel(next, size, f32x4.mul(reFactor, f32x4.add(ai, bi)), f32x4.mul(imFactor, f32x4.sub(br, ar)))
    }
    a += 32
    mirror += 4
    target += step
  }
}

// @ts-ignore: decorator
@inline
function storeKernel(target: usize, size: i32, re: v128, im: v128): void {
  if (size == 4) {
    v128.store(target, re)
    v128.store(target, im, 16)
  } else if (size == 2) {
    v128.store(target, v128.shuffle<f32>(re, im, 0, 1, 4, 5))
  } else {
    v128.store64_lane(target, v128.shuffle<f32>(re, im, 0, 4, 1, 5), 0)
  }
}

/** y = B x for rows of x, with the spectrum of x kept for the backward pass. */
@unmanaged export class BlockCirculantArguments {
  x: usize
  output: usize
  /** Eight rows after the other, for each block p elements of 32 bytes and a gap; null when nobody needs it. */
  inputSpectrum: usize
  kernelSpectrum: usize
  rows: i32
  inputBlocks: i32
  outputBlocks: i32
  p: i32
  /** Bytes of one block of a tile. */
  blockBytes: i32
  firstRadix: i32
  network: usize
  twiddles: usize
  /** Tiles of one chunk. */
  chunkTiles: i32
  /** Bytes of the working area for transforms of any radix. */
  temporaryBytes: i32
}

export function blockCirculant(args: BlockCirculantArguments, chunk: i32, scratch: usize): void {
  const p = args.p
  const inputBlocks = args.inputBlocks
  const outputBlocks = args.outputBlocks
  const blockBytes = <usize>args.blockBytes
  const inputBytes = <usize>(inputBlocks * p) << 2
  const outputBytes = <usize>(outputBlocks * p) << 2
  const tileBytes = <usize>inputBlocks * blockBytes
  const temporary = scratch
  const product = scratch + <usize>args.temporaryBytes
  const ownSpectrum = product + 4 * blockBytes
  const copies = ownSpectrum + tileBytes
  const tiles = (args.rows + 7) >> 3
  const begin = chunk * args.chunkTiles
  const end = min(begin + args.chunkTiles, tiles)
  for (let tile = begin; tile < end; tile++) {
    const row = tile << 3
    const count = min(args.rows - row, 8)
    let rows = args.x + <usize>row * inputBytes
    let target = args.output + <usize>row * outputBytes
    if (count < 8) {
      copyRows(copies, rows, inputBytes, inputBytes, count, 8)
      rows = copies
      target = copies + inputBytes * 8
    }
    // The spectrum of an incomplete tile would not fit its place: the backward pass computes it again.
    const kept = args.inputSpectrum != 0 && count == 8
    const spectrum = kept ? args.inputSpectrum + <usize>tile * tileBytes : ownSpectrum
    multiplyTile(
      rows, inputBlocks, spectrum, args.kernelSpectrum, outputBlocks, product, blockBytes, target, p,
      args.firstRadix, args.network, args.twiddles, temporary,
    )
    if (count < 8) copyRows(args.output + <usize>row * outputBytes, target, outputBytes, outputBytes, count, count)
    if (args.inputSpectrum) {
      // What nobody reads is zero, so that equal inputs give equal bytes.
      const place = args.inputSpectrum + <usize>tile * tileBytes
      if (kept) clearGaps(place, inputBlocks, blockBytes, p)
      else memory.fill(place, 0, (tileBytes >> 3) * count)
    }
  }
}

function clearGaps(spectrum: usize, blocks: i32, blockBytes: usize, p: i32): void {
  const zero = i32x4.splat(0)
  for (let block = 0; block < blocks; block++) {
    const end = spectrum + blockBytes
    for (let gap = spectrum + (<usize>p << 5); gap < end; gap += 16) v128.store(gap, zero)
    spectrum = end
  }
}

/** The spectra of the blocks of eight rows. */
export function transformBlocks(
  rows: usize, blocks: i32, spectrum: usize, blockBytes: usize, p: i32,
  firstRadix: i32, network: usize, twiddles: usize, temporary: usize,
): void {
  const stride = <usize>(blocks * p) << 2
  for (let block = 0; block < blocks; block++) {
    transformRows(rows, rows + stride * 4, stride, spectrum, p, firstRadix, network, twiddles, temporary)
    rows += <usize>p << 2
    spectrum += blockBytes
  }
}

/** Eight rows of the product; the spectra of their blocks are left in `spectrum`. */
export function multiplyTile(
  rows: usize, sums: i32, spectrum: usize, kernel: usize, outputs: i32, product: usize, blockBytes: usize,
  target: usize, p: i32, firstRadix: i32, network: usize, twiddles: usize, temporary: usize,
): void {
  const stride = <usize>(outputs * p) << 2
  if (sums == 1 && outputs == 1 && canConvolve(firstRadix, network)) {
    convolveRows(rows, stride, product, spectrum, kernel, target, p, firstRadix, network, twiddles, temporary)
    return
  }
  transformBlocks(rows, sums, spectrum, blockBytes, p, firstRadix, network, twiddles, temporary)
  for (let output = 0; output < outputs; ) {
    const size = groupSize(outputs - output)
    if (size == 4) multiplyBlocks4(spectrum, blockBytes, kernel, sums, product, blockBytes, p)
    else if (size == 2) multiplyBlocks2(spectrum, blockBytes, kernel, sums, product, blockBytes, p)
    else multiplyBlocks1(spectrum, blockBytes, kernel, sums, product, blockBytes, p)
    for (let i = 0; i < size; i++) {
      transformRowsBack(
        product + <usize>i * blockBytes, target, stride, p, firstRadix, network, twiddles, temporary,
      )
      target += <usize>p << 2
    }
    kernel += <usize>(sums * p * size) << 3
    output += size
  }
}
