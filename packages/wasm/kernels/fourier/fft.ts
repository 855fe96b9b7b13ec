import { inverseNetwork, levelCount } from './network'
import {
  loadComplex1, loadComplex1Swapped, loadComplex2, loadComplex2Swapped, loadComplex4, loadComplex4Swapped,
  storeComplex1, storeComplex1Swapped, storeComplex2, storeComplex2Swapped, storeComplex4, storeComplex4Swapped,
} from './passes.generated'
import { twiddlesOf } from './rfft'
import { copyRows } from './four-rows'

/** The discrete Fourier transform of complex rows of n numbers, or its inverse, scaled by 1/n. */
@unmanaged export class FftArguments {
  x: usize
  output: usize
  n: i32
  rows: i32
  /** Rows of one chunk, a multiple of 4. */
  chunkRows: i32
  inverse: i32
  network: usize
  twiddles: usize
  /** Where the first pass puts each column. */
  places: usize
  /** The radix of the first pass, fused with the load, or 1 for none. */
  loadRadix: i32
  /** The radix of the last pass, fused with the store, or 1 for none. */
  storeRadix: i32
  /** Bytes of the working tile. */
  tileBytes: i32
}

export function fft(args: FftArguments, chunk: i32, scratch: usize): void {
  const n = args.n
  const network = args.network
  const twiddles = args.twiddles
  const places = args.places
  const loadRadix = args.loadRadix
  const storeRadix = args.storeRadix
  const begin = chunk * args.chunkRows
  const end = min(begin + args.chunkRows, args.rows)
  const tile = scratch
  const temporary = tile + (<usize>n << 5)
  const copies = tile + <usize>args.tileBytes
  const bytes = <usize>n << 3
  const firstPass = storeRadix > 1 ? 1 : 0
  const passes = levelCount(network) - (loadRadix > 1 ? 1 : 0)
  const scale: f32 = <f32>(1.0 / <f64>n)
  for (let row = begin; row < end; row += 4) {
    const whole = row + 4 <= end
    let source = args.x + <usize>row * bytes
    let target = args.output + <usize>row * bytes
    if (!whole) {
      copyRows(copies, source, bytes, bytes, end - row, 4)
      source = copies
      target = copies + bytes * 4
    }
    // Swapped before and after, the inverse transform is the forward one.
    if (args.inverse) {
      if (loadRadix == 4) loadComplex4(source, bytes, tile, n, places, twiddlesOf(network, twiddles))
      else if (loadRadix == 2) loadComplex2(source, bytes, tile, n, places, twiddlesOf(network, twiddles))
      else loadComplex1(source, bytes, tile, n, places, twiddles)
      inverseNetwork(tile, firstPass, passes, network, twiddles, temporary)
      if (storeRadix == 4) storeComplex4(target, bytes, tile, n, scale)
      else if (storeRadix == 2) storeComplex2(target, bytes, tile, n, scale)
      else storeComplex1(target, bytes, tile, n, scale)
    } else {
      if (loadRadix == 4) loadComplex4Swapped(source, bytes, tile, n, places, twiddlesOf(network, twiddles))
      else if (loadRadix == 2) loadComplex2Swapped(source, bytes, tile, n, places, twiddlesOf(network, twiddles))
      else loadComplex1Swapped(source, bytes, tile, n, places, twiddles)
      inverseNetwork(tile, firstPass, passes, network, twiddles, temporary)
      if (storeRadix == 4) storeComplex4Swapped(target, bytes, tile, n)
      else if (storeRadix == 2) storeComplex2Swapped(target, bytes, tile, n)
      else storeComplex1Swapped(target, bytes, tile, n)
    }
    if (!whole) copyRows(args.output + <usize>row * bytes, target, bytes, bytes, end - row, end - row)
  }
}
