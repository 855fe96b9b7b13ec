import { ops, sizeOf, type TensorSpec } from '@gyre/tensor'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import type { Block } from '../program/block.js'
import type { Binding } from '../program/step.js'
import { literal } from '../wgsl/literal.js'
import { fitsWorkgroup, type RowTransform, rowTransform } from '../wgsl/row-transform.js'
import { type CirculantSizes, lowerDense, lowerDenseBackward } from './dense-circulant.js'
import { rootsTable } from './roots-table.js'
import { lowerSpectrumProducts } from './spectrum-products.js'
import { loadEach } from './transform-rows.js'

/**
 * Blocks of at least so many numbers are multiplied through their Fourier transforms, if their length has a fast one; a
 * matrix of others is written out and multiplied as any other. Counted, not measured: below it, a transform and its
 * ways through memory cost more than the products that it saves.
 */
export const smallestTransformedBlock = 8

// Two rows of numbers are transformed as one of complex numbers, a + ib: what is real acts on both parts alike. So the
// spectra of x, of a gradient and of results are those of pairs of rows, and nothing is split or joined. Pair after
// pair, they lie block after block, p frequencies each.

export const blockCirculantKernels = {
  blockCirculant: kernelFor(ops.blockCirculant, {
    dtypes: ['float32', 'complex64'],
    lower: ({ x, c }, _options, { output, inputSpectrum }, lowering) => {
      const sizes = layerSizes(x, c)
      if (!isTransformed(sizes.p, lowering)) {
        lowerDense(x, c, output, sizes, lowering)
        return
      }
      const { q, k } = sizes
      const spectrum = savesSpectrum(sizes) ? inputSpectrum.block : spectrumOfPairs(sizes, k, lowering)
      lowerPairSpectra(x, spectrum, k, sizes, lowering)
      const matrix = { spectra: lowerBlockSpectra(c, sizes, lowering), transposed: false }
      lowerProduct(matrix, spectrum, output, { ...sizes, outputs: q, sums: k }, lowering)
    },
  }),
  blockCirculantBackward: kernelFor(ops.blockCirculantBackward, {
    dtypes: ['float32', 'complex64'],
    lower: ({ grad, x, c, inputSpectrum }, _options, results, lowering) => {
      const sizes = layerSizes(x, c)
      if (!isTransformed(sizes.p, lowering)) {
        lowerDenseBackward({ grad, x, c }, results, sizes, lowering)
        return
      }
      const { q, k } = sizes
      const gradSpectrum = spectrumOfPairs(sizes, q, lowering)
      lowerPairSpectra(grad, gradSpectrum, q, sizes, lowering)
      const matrix = { spectra: lowerBlockSpectra(c, sizes, lowering), transposed: true }
      lowerProduct(matrix, gradSpectrum, results.x, { ...sizes, outputs: k, sums: q }, lowering)

      let spectrum = inputSpectrum.block
      if (!savesSpectrum(sizes)) {
        spectrum = spectrumOfPairs(sizes, k, lowering)
        lowerPairSpectra(x, spectrum, k, sizes, lowering)
      }
      lowerBlockGradient(gradSpectrum, spectrum, results.c, sizes, lowering)
    },
  }),
}

function layerSizes(x: TensorSpec, c: TensorSpec): CirculantSizes {
  const [q, k, p] = c.shape as readonly [number, number, number]
  return { rows: sizeOf(x.shape.slice(0, -1)), q, k, p }
}

function isTransformed(p: number, lowering: Lowering): boolean {
  return p >= smallestTransformedBlock && fitsWorkgroup(p, lowering.limits)
}

function pairsOf(rows: number): number {
  return Math.ceil(rows / 2)
}

/**
 * The op saves half spectra of every row. Whole ones of pairs need no more, unless few rows are odd in number: then
 * nothing is saved, and the backward pass transforms these few again.
 */
function savesSpectrum({ rows, p }: CirculantSizes): boolean {
  return pairsOf(rows) * p <= rows * (Math.floor(p / 2) + 1)
}

function spectrumOfPairs({ rows, p }: CirculantSizes, blocks: number, lowering: Lowering): Block {
  return lowering.workspace(8 * pairsOf(rows) * blocks * p)
}

/** The spectra of the blocks of pairs of rows of x. */
function lowerPairSpectra(
  x: Located,
  spectrum: Block,
  blocks: number,
  { rows, p }: CirculantSizes,
  lowering: Lowering,
): void {
  const width = blocks * p
  lowerTransform(
    {
      name: 'circulant spectra of rows',
      n: p,
      rows: pairsOf(rows) * blocks,
      reads: { x: real(x) },
      writes: { spectrum: complex(spectrum) },
      sizes: { blocks, width, count: rows * width },
      declarations: `fn pair_of_rows(row: u32, place: u32) -> vec2<f32> {
  let first = row / sizes.blocks * 2u * sizes.width + row % sizes.blocks * ${p}u + place;
  let second = first + sizes.width;
  return vec2<f32>(x[first], select(0.0, x[min(second, sizes.count - 1u)], second < sizes.count));
}`,
      load: loadEach((row, place) => `pair_of_rows(${row}, ${place})`),
      store: (row, place, value) => `spectrum[${row} * ${p}u + ${place}] = ${value};`,
    },
    lowering,
  )
}

/** The spectra of c, scaled for the transform back. */
function lowerBlockSpectra(c: Located, { q, k, p }: CirculantSizes, lowering: Lowering): Block {
  const spectra = lowering.workspace(8 * q * k * p)
  lowerTransform(
    {
      name: 'circulant spectra of blocks',
      n: p,
      rows: q * k,
      reads: { c: real(c) },
      writes: { spectra: complex(spectra) },
      load: loadEach((row, place) => `vec2<f32>(c[${row} * ${p}u + ${place}], 0.0)`),
      store: (row, place, value) => `spectra[${row} * ${p}u + ${place}] = ${value} * ${literal(1 / p)};`,
    },
    lowering,
  )
  return spectra
}

/**
 * The product with the matrix, or with its transpose, whose blocks have the conjugate spectra. What comes before the
 * transform back is summed in the registers that it starts from.
 */
function lowerProduct(
  matrix: { readonly spectra: Block; readonly transposed: boolean },
  spectrum: Block,
  output: Located,
  { rows, k, p, outputs, sums }: CirculantSizes & { readonly outputs: number; readonly sums: number },
  lowering: Lowering,
): void {
  const { spectra, transposed } = matrix
  const width = outputs * p
  const factor = (place: string) => (transposed ? `conjugate(spectra[${place}])` : `spectra[${place}]`)
  const [outputStep, sumStep] = transposed ? [p, k * p] : [k * p, p]
  lowerTransform(
    {
      name: 'circulant product',
      n: p,
      rows: pairsOf(rows) * outputs,
      inverse: true,
      reads: { spectrum: complex(spectrum), spectra: complex(spectra) },
      writes: { output: real(output) },
      sizes: { outputs, sums, outputStep, sumStep, width, count: rows * width },
      load: (row, places, values) => `${values.map((value) => `${value} = vec2<f32>();`).join(' ')}
    var in_spectrum = ${row} / sizes.outputs * sizes.sums * ${p}u;
    var in_spectra = ${row} % sizes.outputs * sizes.outputStep;
    for (var j = 0u; j < sizes.sums; j++) {
      ${values
        .map((value, t) => {
          const block = factor(`in_spectra + ${places[t]}`)
          return `${value} += complex_product(spectrum[in_spectrum + ${places[t]}], ${block});`
        })
        .join('\n      ')}
      in_spectrum += ${p}u;
      in_spectra += sizes.sumStep;
    }`,
      declarations: `fn store_pair(row: u32, place: u32, value: vec2<f32>) {
  let first = row / sizes.outputs * 2u * sizes.width + row % sizes.outputs * ${p}u + place;
  let second = first + sizes.width;
  output[first] = value.x;
  if (second < sizes.count) { output[second] = value.y; }
}`,
      store: (row, place, value) => `store_pair(${row}, ${place}, ${value});`,
    },
    lowering,
  )
}

/**
 * The gradient of block (i, j), the sum over rows of circular correlations of gradients with x. Of a pair's product
 * FFT(ga + i gb) conj FFT(xa + i xb) it is the transform's real part; the imaginary one holds what rows have with each
 * other.
 */
function lowerBlockGradient(
  gradSpectrum: Block,
  spectrum: Block,
  gradC: Located,
  sizes: CirculantSizes,
  lowering: Lowering,
): void {
  const { rows, q, k, p } = sizes
  if (q * k === 0) return
  const { sums, parts } = lowerSpectrumProducts(
    gradSpectrum,
    spectrum,
    { pairs: pairsOf(rows), q, k, p },
    lowering,
  )
  lowerTransform(
    {
      name: 'circulant gradient of blocks',
      n: p,
      rows: q * k,
      inverse: true,
      reads: { sums: complex(sums) },
      writes: { gradC: real(gradC) },
      sizes: { parts, count: q * k * p },
      declarations: `fn sum_of_parts(at: u32) -> vec2<f32> {
  var sum = vec2<f32>();
  for (var part = 0u; part < sizes.parts; part++) { sum += sums[part * sizes.count + at]; }
  return sum;
}`,
      load: loadEach((row, place) => `sum_of_parts(${row} * ${p}u + ${place})`),
      store: (row, place, value) => `gradC[${row} * ${p}u + ${place}] = ${value}.x * ${literal(1 / p)};`,
    },
    lowering,
  )
}

function lowerTransform(transform: Omit<RowTransform, 'roots'>, lowering: Lowering): void {
  const { n } = transform
  const roots = { table: rootsTable(n, lowering), length: n }
  lowering.dispatch(rowTransform({ ...transform, roots }, lowering.limits))
}

function real({ block }: Located): Binding {
  return { block, type: 'f32' }
}

function complex(block: Block): Binding {
  return { block, type: 'vec2<f32>' }
}
