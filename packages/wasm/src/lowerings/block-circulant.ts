import { ops, sizeOf, type TensorSpec } from '@gyre/tensor'
import type { MemoryBlock } from '../command.js'
import {
  elementBytes,
  type FourierNetwork,
  fourierNetwork,
  hasNetwork,
  mirrorPlaces,
  networkTables,
  temporaryBytes,
} from '../fourier-network.js'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import { type CirculantSizes, lowerDense, lowerDenseBackward } from './dense-circulant.js'

/**
 * Blocks of at least so many numbers are multiplied through their Fourier transforms; a matrix of smaller ones is
 * written out and multiplied as any other, which is faster.
 */
export const smallestTransformedBlock = 3

export const blockCirculantKernels = {
  blockCirculant: kernelFor(ops.blockCirculant, {
    dtypes: ['float32', 'complex64'],
    takes,
    lower: ({ x, c }, _options, { output, inputSpectrum }, lowering) => {
      const sizes = layerSizes(x, c)
      if (sizes.p < smallestTransformedBlock) {
        lowerDense(x, c, output, sizes, lowering)
        if (inputSpectrum.used) lowerClear(inputSpectrum, lowering)
        return
      }
      const { rows, k: inputBlocks, q: outputBlocks, p, network, blockBytes } = sizes
      const kernelSpectrum = lowerSpectrum(c, sizes, false, lowering)
      const chunkTiles = tilesPerChunk(sizes)
      const common = {
        rows,
        inputBlocks,
        outputBlocks,
        p,
        blockBytes,
        chunkTiles,
        ...transformArgs(sizes, lowering),
      }
      const copies = 8 * 4 * (inputBlocks + outputBlocks) * p
      lowering.run(
        'blockCirculant',
        {
          ...common,
          x: x.block,
          output: output.block,
          inputSpectrum: inputSpectrum.used ? inputSpectrum.block : null,
          kernelSpectrum,
        },
        {
          chunks: Math.ceil(Math.ceil(rows / 8) / chunkTiles),
          scratch: temporaryBytes(network) + (4 + inputBlocks) * blockBytes + copies,
        },
      )
    },
  }),
  blockCirculantBackward: kernelFor(ops.blockCirculantBackward, {
    dtypes: ['float32', 'complex64'],
    takes,
    lower: ({ grad, x, c, inputSpectrum }, _options, results, lowering) => {
      const sizes = layerSizes(x, c)
      if (sizes.p < smallestTransformedBlock) {
        lowerDenseBackward({ grad, x, c }, results, sizes, lowering)
        return
      }
      const { rows, k: inputBlocks, q: outputBlocks, p, network, blockBytes } = sizes
      const kernelSpectrum = results.x.used ? lowerSpectrum(c, sizes, true, lowering) : null
      const transform = transformArgs(sizes, lowering)
      const groupTiles = tilesPerGroup(sizes)
      const chunkTiles = Math.max(groupTiles, tilesPerChunk(sizes))
      const chunks = Math.ceil(Math.ceil(rows / 8) / chunkTiles)
      // Two blocks of the gradient and two of x share a tile of sums.
      const sumTiles = Math.ceil(inputBlocks / 2) * Math.ceil(outputBlocks / 2)
      const partialSums = results.c.used ? lowering.workspace(chunks * sumTiles * p * elementBytes) : null
      const copies = 8 * 4 * (inputBlocks + outputBlocks) * p
      lowering.run(
        'blockCirculantBackward',
        {
          ...transform,
          grad: grad.block,
          x: x.block,
          inputSpectrum: inputSpectrum.block,
          kernelSpectrum,
          gradX: results.x.block,
          partialSums,
          rows,
          inputBlocks,
          outputBlocks,
          p,
          blockBytes,
          chunkTiles,
          groupTiles,
        },
        {
          chunks,
          scratch:
            temporaryBytes(network) +
            (4 + groupTiles * outputBlocks + inputBlocks) * blockBytes +
            64 * groupTiles +
            copies,
        },
      )
      if (partialSums === null) return
      const chunkSums = Math.max(1, Math.floor(16_384 / (p * Math.max(1, chunks))))
      const scale = 1 / p
      lowering.run(
        'circulantGradient',
        {
          ...transform,
          partialSums,
          partials: chunks,
          gradC: results.c.block,
          inputBlocks,
          outputBlocks,
          p,
          scale,
          chunkTiles: chunkSums,
        },
        {
          chunks: Math.ceil(sumTiles / chunkSums),
          scratch: temporaryBytes(network) + p * elementBytes + 16 * p,
        },
      )
    },
  }),
}

/** The backward kernel reads what the forward one left, so both take the same; products have at least one step. */
function takes({ x, c }: { readonly x: TensorSpec; readonly c: TensorSpec }): boolean {
  return hasNetwork(c.shape[2]!) && sizeOf(c.shape) > 0 && sizeOf(x.shape) > 0
}

interface LayerSizes extends CirculantSizes {
  readonly network: FourierNetwork
  /**
   * Bytes of a block's spectrum for eight rows. Half spectra of eight rows need as much; a whole spectrum of four
   * complex lanes leaves a gap, which keeps blocks from evicting each other.
   */
  readonly blockBytes: number
}

function layerSizes(x: TensorSpec, c: TensorSpec): LayerSizes {
  const [q, k, p] = c.shape as readonly [number, number, number]
  const network = fourierNetwork(p, { natural: true })
  return { rows: sizeOf(x.shape.slice(0, -1)), q, k, p, network, blockBytes: 64 * (Math.floor(p / 2) + 1) }
}

/** A spectrum that nobody computes or reads is zero, so that equal inputs give equal bytes. */
function lowerClear({ shape, block }: Located, lowering: Lowering): void {
  const bytes = 8 * sizeOf(shape)
  const chunkSize = 262_144
  lowering.run('clear', { output: block, bytes, chunkSize }, { chunks: Math.ceil(bytes / chunkSize) })
}

function transformArgs({ network }: LayerSizes, lowering: Lowering) {
  return {
    ...networkTables(network, lowering),
    firstRadix: network.naturalRadix,
    temporaryBytes: temporaryBytes(network),
  }
}

/** Some ten microseconds of work, by the operations of a tile's transforms and products. */
function tilesPerChunk({ q, k, p }: LayerSizes): number {
  const work = (q + k) * p * Math.log2(2 * p) + 2 * q * k * p
  return Math.max(1, Math.min(8, Math.round(30_000 / work)))
}

/** Tiles whose products for the gradient of c are added in registers; their spectra should stay in the cache. */
function tilesPerGroup({ q, blockBytes }: LayerSizes): number {
  return Math.max(1, Math.min(8, Math.floor(262_144 / (q * blockBytes))))
}

/** The spectra of c's blocks, for the product with B or with its transpose. */
function lowerSpectrum(c: Located, sizes: LayerSizes, transposed: boolean, lowering: Lowering): MemoryBlock {
  const { q, k, p, network } = sizes
  const spectrum = lowering.workspace(q * k * p * 8)
  const [outputs, sums] = transposed ? [k, q] : [q, k]
  const [outputStride, sumStride] = transposed ? [4 * p, 4 * k * p] : [4 * k * p, 4 * p]
  const groups = Math.floor(outputs / 4) + ((outputs % 4) >> 1) + (outputs % 2)
  const chunkPairs = Math.max(1, Math.round(2048 / p))
  const tileBytes = p * elementBytes + temporaryBytes(network)
  const { firstRadix, ...tables } = { ...networkTables(network, lowering), firstRadix: network.naturalRadix }
  lowering.run(
    'circulantSpectrum',
    {
      ...tables,
      c: c.block,
      spectrum,
      outputs,
      sums,
      outputStride,
      sumStride,
      p,
      scale: 1 / p,
      sign: transposed ? -1 : 1,
      firstRadix,
      mirror: mirrorPlaces(network, lowering),
      chunkPairs,
      tileBytes,
    },
    { chunks: Math.ceil((groups * Math.ceil(sums / 2)) / chunkPairs), scratch: tileBytes + 32 * p },
  )
  return spectrum
}
