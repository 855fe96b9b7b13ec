import { ops, sizeOf } from '@gyre/tensor'
import {
  elementBytes,
  type FourierNetwork,
  fourierNetwork,
  hasNetwork,
  loadPlaces,
  networkTables,
  temporaryBytes,
} from '../fourier-network.js'
import { kernelFor, type Located, type Lowering } from '../kernel.js'

export const fourierKernels = {
  fft: kernelFor(ops.fft, {
    dtypes: ['complex64'],
    takes: ({ x }) => hasNetwork(x.shape.at(-1)!),
    lower: ({ x }, _options, { output }, lowering) => lowerComplex(x, output, false, lowering),
  }),
  ifft: kernelFor(ops.ifft, {
    dtypes: ['complex64'],
    takes: ({ X }) => hasNetwork(X.shape.at(-1)!),
    lower: ({ X }, _options, { output }, lowering) => lowerComplex(X, output, true, lowering),
  }),
  rfft: kernelFor(ops.rfft, {
    dtypes: ['float32', 'complex64'],
    takes: ({ x }) => hasNetwork(x.shape.at(-1)!),
    lower: ({ x }, _options, { output }, lowering) => {
      const n = x.shape.at(-1)!
      const network = fourierNetwork(pointsOf(n), { reversed: n % 2 === 0 })
      const { args, call } = rowCall(n, pointsOf(n), sizeOf(x.shape) / n, network, lowering)
      const splitRoots = rootsOfSplit(n, lowering)
      const { reversedRadix: loadRadix } = network
      lowering.run('rfft', { ...args, x: x.block, output: output.block, loadRadix, splitRoots }, call)
    },
  }),
  irfft: kernelFor(ops.irfft, {
    dtypes: ['float32', 'complex64'],
    takes: (_inputs, { n }) => hasNetwork(n),
    lower: ({ X }, { n }, { output }, lowering) => {
      const network = fourierNetwork(pointsOf(n), { natural: n % 2 === 0 })
      const { args, call } = rowCall(n, pointsOf(n), sizeOf(output.shape) / n, network, lowering)
      const splitRoots = rootsOfSplit(n, lowering)
      const { naturalRadix: storeRadix } = network
      lowering.run('irfft', { ...args, X: X.block, output: output.block, storeRadix, splitRoots }, call)
    },
  }),
}

/** Even rows are transformed as half as many complex numbers. */
function pointsOf(n: number): number {
  return n % 2 === 0 ? n / 2 : n
}

function lowerComplex(x: Located, output: Located, inverse: boolean, lowering: Lowering): void {
  const n = x.shape.at(-1)!
  const network = fourierNetwork(n, { natural: true, reversed: true })
  const { args, call } = rowCall(n, n, sizeOf(x.shape) / n, network, lowering)
  const { naturalRadix: storeRadix, reversedRadix: loadRadix } = network
  const own = { x: x.block, output: output.block, inverse: Number(inverse), loadRadix, storeRadix }
  lowering.run('fft', { ...args, ...own }, call)
}

/** What the calls for rows of n numbers share; four rows make a tile. */
function rowCall(n: number, points: number, rows: number, network: FourierNetwork, lowering: Lowering) {
  // Some ten microseconds of work.
  const chunkRows = 4 * Math.max(1, Math.round(4096 / points))
  const tileBytes = points * elementBytes + temporaryBytes(network)
  // Copies of an incomplete tile's rows: what comes in, and what goes out.
  const copies = 4 * (8 * n + 8 * (n + 2))
  const places = loadPlaces(network, lowering)
  return {
    args: { n, rows, chunkRows, places, tileBytes, ...networkTables(network, lowering) },
    call: { chunks: Math.ceil(rows / chunkRows), scratch: tileBytes + copies },
  }
}

/** cos and sin of 2πk/n, halved, for k from 1 to n/4. */
function rootsOfSplit(n: number, lowering: Lowering) {
  return lowering.constant(`fourier split ${n}`, () => {
    const roots = new Float32Array(2 * Math.max(1, Math.floor(n / 4)))
    for (let k = 1; k <= Math.floor(n / 4); k++) {
      roots[2 * k - 2] = Math.cos((2 * Math.PI * k) / n) / 2
      roots[2 * k - 1] = Math.sin((2 * Math.PI * k) / n) / 2
    }
    return roots
  })
}
