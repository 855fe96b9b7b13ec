import { multiplyTile, transformBlocks } from './block-circulant'
import { transformFourRowsBack } from './network'
import { correlateBlock, correlateBlocks } from './products.generated'
import { copyRows } from './four-rows'

/**
 * The gradient of x, and a chunk's part of the spectrum of c's gradient: the sum over its rows of
 * FFT(grad_i) · conj(FFT(x_j)). The real part of that sum's inverse transform is the gradient of c, since what a tile's
 * real and imaginary lanes give together is imaginary.
 */
@unmanaged export class BlockCirculantBackwardArguments {
  grad: usize
  x: usize
  inputSpectrum: usize
  /** The spectrum of the transposed kernel, or null when the gradient of x is not needed. */
  kernelSpectrum: usize
  gradX: usize
  /** A place for each chunk's sums, or null when the gradient of c is not needed. */
  partialSums: usize
  rows: i32
  inputBlocks: i32
  outputBlocks: i32
  p: i32
  /** Bytes of one block of a tile. */
  blockBytes: i32
  firstRadix: i32
  network: usize
  twiddles: usize
  /** Tiles of one chunk, and tiles whose sums are added together. */
  chunkTiles: i32
  groupTiles: i32
  /** Bytes of the working area for transforms of any radix. */
  temporaryBytes: i32
}

export function blockCirculantBackward(args: BlockCirculantBackwardArguments, chunk: i32, scratch: usize): void {
  const p = args.p
  const inputBlocks = args.inputBlocks
  const outputBlocks = args.outputBlocks
  const blockBytes = <usize>args.blockBytes
  const inputBytes = <usize>(inputBlocks * p) << 2
  const outputBytes = <usize>(outputBlocks * p) << 2
  const inputTile = <usize>inputBlocks * blockBytes
  const gradTile = gradTileBytes(outputBlocks, blockBytes)
  const groupTiles = args.groupTiles
  const temporary = scratch
  const product = scratch + <usize>args.temporaryBytes
  const gradSpectrum = product + 4 * blockBytes
  const ownSpectrum = gradSpectrum + <usize>groupTiles * gradTile
  const copies = ownSpectrum + inputTile
  const sumBytes = partialSumBytes(inputBlocks, outputBlocks, p)
  const sums = args.partialSums + <usize>chunk * sumBytes
  if (args.partialSums) memory.fill(sums, 0, sumBytes)

  const whole = args.rows >> 3
  const begin = chunk * args.chunkTiles
  const end = min(begin + args.chunkTiles, (args.rows + 7) >> 3)
  for (let first = begin; first < end; ) {
    // An incomplete tile is a group of its own.
    const tiles = first < whole ? min(groupTiles, min(end, whole) - first) : 1
    const count = min(args.rows - (first << 3), 8)
    for (let tile = 0; tile < tiles; tile++) {
      const row = <usize>(first + tile) << 3
      let rows = args.grad + row * outputBytes
      let target = args.gradX + row * inputBytes
      if (count < 8) {
        copyRows(copies, rows, outputBytes, outputBytes, count, 8)
        rows = copies
        target = copies + outputBytes * 8
      }
      const spectrum = gradSpectrum + <usize>tile * gradTile
      if (args.kernelSpectrum) {
        multiplyTile(
          rows, outputBlocks, spectrum, args.kernelSpectrum, inputBlocks, product, blockBytes, target, p,
          args.firstRadix, args.network, args.twiddles, temporary,
        )
        if (count < 8) copyRows(args.gradX + row * inputBytes, target, inputBytes, inputBytes, count, count)
      } else {
        transformBlocks(
          rows, outputBlocks, spectrum, blockBytes, p, args.firstRadix, args.network, args.twiddles, temporary,
        )
      }
    }
    if (args.partialSums) {
      let spectrum = args.inputSpectrum + <usize>first * inputTile
      if (count < 8) {
        copyRows(copies, args.x + (<usize>first << 3) * inputBytes, inputBytes, inputBytes, count, 8)
        spectrum = ownSpectrum
        transformBlocks(
          copies, inputBlocks, spectrum, blockBytes, p, args.firstRadix, args.network, args.twiddles, temporary,
        )
      }
      correlate(gradSpectrum, outputBlocks, spectrum, inputBlocks, blockBytes, tiles, sums, p)
    }
    first += tiles
  }
}

/** An odd number of cache lines, so that the same place of several tiles is not in one set of the cache. */
function gradTileBytes(outputBlocks: i32, blockBytes: usize): usize {
  return (<usize>outputBlocks * blockBytes) | 64
}

/** Two blocks of the gradient and two of the input share a tile of sums; a last odd block stands there twice. */
function partialSumBytes(inputBlocks: i32, outputBlocks: i32, p: i32): usize {
  return <usize>(((inputBlocks + 1) >> 1) * ((outputBlocks + 1) >> 1) * p) << 5
}

function correlate(
  grad: usize, outputBlocks: i32, input: usize, inputBlocks: i32, blockBytes: usize, tiles: i32, sums: usize, p: i32,
): void {
  const gradTile = gradTileBytes(outputBlocks, blockBytes)
  const inputTile = <usize>inputBlocks * blockBytes
  if (inputBlocks == 1 && outputBlocks == 1) {
    correlateBlock(grad, gradTile, input, inputTile, tiles, sums, p)
    return
  }
  for (let i = 0; i < outputBlocks; i += 2) {
    const gradBlock = i + 1 < outputBlocks ? blockBytes : 0
    for (let j = 0; j < inputBlocks; j += 2) {
      const inputBlock = j + 1 < inputBlocks ? blockBytes : 0
      correlateBlocks(
        grad + <usize>i * blockBytes, gradBlock, gradTile, input + <usize>j * blockBytes, inputBlock, inputTile,
        tiles, sums, p,
      )
      sums += <usize>p << 5
    }
  }
}

/** The gradient of c: the chunks' sums added in order, and transformed back. */
@unmanaged export class CirculantGradientArguments {
  partialSums: usize
  partials: i32
  gradC: usize
  inputBlocks: i32
  outputBlocks: i32
  p: i32
  scale: f32
  firstRadix: i32
  network: usize
  twiddles: usize
  /** Tiles of sums of one chunk. */
  chunkTiles: i32
  temporaryBytes: i32
}

export function circulantGradient(args: CirculantGradientArguments, chunk: i32, scratch: usize): void {
  const p = args.p
  const inputBlocks = args.inputBlocks
  const outputBlocks = args.outputBlocks
  const bytes = <usize>p << 2
  const temporary = scratch
  const tile = scratch + <usize>args.temporaryBytes
  const copies = tile + (<usize>p << 5)
  const partialBytes = partialSumBytes(inputBlocks, outputBlocks, p)
  const pairs = (inputBlocks + 1) >> 1
  const begin = chunk * args.chunkTiles
  const end = min(begin + args.chunkTiles, pairs * ((outputBlocks + 1) >> 1))
  for (let unit = begin; unit < end; unit++) {
    addPartials(tile, args.partialSums + <usize>unit * (bytes << 3), partialBytes, args.partials, p, args.scale)
    const i = unit / pairs << 1
    const j = unit % pairs << 1
    const single = inputBlocks == 1 && outputBlocks == 1
    const rows = single ? copies : args.gradC + <usize>(i * inputBlocks + j) * bytes
    // Blocks that stand twice are written twice, with the same numbers.
    const stride = single || j + 1 < inputBlocks ? bytes : 0
    const stride2 = single ? bytes * 2 : i + 1 < outputBlocks ? <usize>inputBlocks * bytes : 0
    transformFourRowsBack(tile, rows, stride, stride2, p, args.firstRadix, args.network, args.twiddles, temporary)
    if (single) addRows(copies, args.gradC, p)
  }
}

function addPartials(tile: usize, partial: usize, partialBytes: usize, partials: i32, p: i32, scale: f32): void {
  const factor = f32x4.splat(scale)
  for (let point = 0; point < p; point++) {
    let re = f32x4.splat(0)
    let im = f32x4.splat(0)
    let a = partial
    for (let i = 0; i < partials; i++) {
      re = f32x4.add(re, v128.load(a))
      im = f32x4.add(im, v128.load(a, 16))
      a += partialBytes
    }
    v128.store(tile, f32x4.mul(factor, re))
    v128.store(tile, f32x4.mul(factor, im), 16)
    tile += 32
    partial += 32
  }
}

/** The sum of four rows of n numbers. */
function addRows(rows: usize, target: usize, n: i32): void {
  const stride = <usize>n << 2
  for (let i = 0; i < n; i++) {
    const sum =
      load<f32>(rows) + load<f32>(rows + stride) + (load<f32>(rows + stride * 2) + load<f32>(rows + stride * 3))
    store<f32>(target, sum)
    rows += 4
    target += 4
  }
}
