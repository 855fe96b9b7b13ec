import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import type { Binding } from '../program/step.js'
import { literal } from '../wgsl/literal.js'
import { fitsWorkgroup, rowTransform } from '../wgsl/row-transform.js'
import { rootsTable } from './roots-table.js'
import { loadEach, lowerTransform } from './transform-rows.js'

export const fourierKernels = {
  fft: kernelFor(ops.fft, {
    dtypes: ['complex64'],
    lower: ({ x }, _options, { output }, lowering) => lowerComplex('fft', x, output, lowering),
  }),
  ifft: kernelFor(ops.ifft, {
    dtypes: ['complex64'],
    lower: ({ X }, _options, { output }, lowering) => lowerComplex('ifft', X, output, lowering),
  }),
  rfft: kernelFor(ops.rfft, {
    dtypes: ['float32', 'complex64'],
    lower: ({ x }, _options, { output }, lowering) => {
      const n = x.shape.at(-1)!
      const rows = sizeOf(x.shape) / n
      if (isHalved(n, lowering)) lowerHalved(n, rows, x, output, lowering)
      else lowerRealAsComplex(n, rows, x, output, lowering)
    },
  }),
  irfft: kernelFor(ops.irfft, {
    dtypes: ['float32', 'complex64'],
    lower: ({ X }, { n }, { output }, lowering) => {
      const rows = sizeOf(output.shape) / n
      if (isHalved(n, lowering)) lowerHalvedInverse(n, rows, X, output, lowering)
      else lowerComplexAsReal(n, rows, X, output, lowering)
    },
  }),
}

function lowerComplex(name: 'fft' | 'ifft', x: Located, output: Located, lowering: Lowering): void {
  const n = x.shape.at(-1)!
  const scale = name === 'ifft' ? ` * ${literal(1 / n)}` : ''
  lowerTransform(
    {
      name,
      n,
      rows: sizeOf(x.shape) / n,
      inverse: name === 'ifft',
      from: { reads: { x: complex(x) }, load: (row, place) => `x[${row} * ${n}u + ${place}]` },
      to: {
        writes: { output: complex(output) },
        store: (row, place, value) => `output[${row} * ${n}u + ${place}] = ${value}${scale};`,
      },
    },
    lowering,
  )
}

/** Real rows of even length are transformed as half as many complex numbers, x[2j] + i x[2j + 1]. */
function isHalved(n: number, lowering: Lowering): boolean {
  return n % 2 === 0 && fitsWorkgroup(n / 2, lowering.limits)
}

/**
 * Z = E + iO holds the spectra E of the even places and O of the odd ones, which their symmetry tells apart:
 * X[k] = E[k] + exp(-2πi k / n) O[k], with E[k] = (Z[k] + conj Z[n/2 - k]) / 2, O[k] = (Z[k] - conj Z[n/2 - k]) / 2i.
 */
function lowerHalved(n: number, rows: number, x: Located, output: Located, lowering: Lowering): void {
  const half = n / 2
  const call = rowTransform(
    {
      name: 'rfft',
      n: half,
      rows,
      reads: { x: complex(x) },
      writes: { output: complex(output) },
      roots: { table: rootsTable(n, lowering), length: n },
      load: loadEach((row, place) => `x[${row} * ${half}u + ${place}]`),
      finish: {
        count: half + 1,
        text: (row, k, result) => `let z = ${result(`${k} % ${half}u`)};
    let mirrored = conjugate(${result(`(${half}u - ${k}) % ${half}u`)});
    let difference = 0.5 * (z - mirrored);
    let odd = complex_product(vec2<f32>(difference.y, -difference.x), roots[${k}]);
    output[${row} * ${half + 1}u + ${k}] = 0.5 * (z + mirrored) + odd;`,
      },
    },
    lowering.limits,
  )
  lowering.dispatch(call)
}

/** The way back: Z[k] = E[k] + iO[k]. */
function lowerHalvedInverse(n: number, rows: number, X: Located, output: Located, lowering: Lowering): void {
  const half = n / 2
  const roots = { table: rootsTable(n, lowering), length: n }
  const call = rowTransform(
    {
      name: 'irfft',
      n: half,
      rows,
      inverse: true,
      reads: { X: complex(X) },
      writes: { output: complex(output) },
      roots,
      declarations: `${frequency(half + 1, [0, half])}
fn joined(row: u32, k: u32) -> vec2<f32> {
  let x = frequency(row, k);
  let mirrored = conjugate(frequency(row, ${half}u - k));
  let odd = complex_product(x - mirrored, conjugate(roots[k]));
  return ${literal(0.5 / half)} * (x + mirrored + vec2<f32>(-odd.y, odd.x));
}`,
      load: loadEach((row, place) => `joined(${row}, ${place})`),
      store: (row, place, value) => `output[${row} * ${half}u + ${place}] = ${value};`,
    },
    lowering.limits,
  )
  lowering.dispatch(call)
}

/** Other real rows are complex ones whose imaginary parts are 0. */
function lowerRealAsComplex(n: number, rows: number, x: Located, output: Located, lowering: Lowering): void {
  const bins = Math.floor(n / 2) + 1
  lowerTransform(
    {
      name: 'rfft',
      n,
      rows,
      inverse: false,
      from: { reads: { x: real(x) }, load: (row, place) => `vec2<f32>(x[${row} * ${n}u + ${place}], 0.0)` },
      to: {
        writes: { output: complex(output) },
        store: (row, place, value) =>
          `if (${place} < ${bins}u) { output[${row} * ${bins}u + ${place}] = ${value}; }`,
      },
    },
    lowering,
  )
}

/** Their whole spectra, by the symmetry X[n - k] = conj X[k]. */
function lowerComplexAsReal(n: number, rows: number, X: Located, output: Located, lowering: Lowering): void {
  const bins = Math.floor(n / 2) + 1
  lowerTransform(
    {
      name: 'irfft',
      n,
      rows,
      inverse: true,
      from: {
        reads: { X: complex(X) },
        declarations: `${frequency(bins, n % 2 === 0 ? [0, n / 2] : [0])}
fn mirrored(row: u32, k: u32) -> vec2<f32> {
  if (k < ${bins}u) { return frequency(row, k); }
  return conjugate(frequency(row, ${n}u - k));
}`,
        load: (row, place) => `mirrored(${row}, ${place})`,
      },
      to: {
        writes: { output: real(output) },
        store: (row, place, value) => `output[${row} * ${n}u + ${place}] = ${value}.x * ${literal(1 / n)};`,
      },
    },
    lowering,
  )
}

/** In WGSL: frequency k of a row of X; those of `unpaired` are real, whatever X has there. */
function frequency(bins: number, unpaired: readonly number[]): string {
  const isUnpaired = [...new Set(unpaired)].map((k) => `k == ${k}u`).join(' || ')
  return `fn frequency(row: u32, k: u32) -> vec2<f32> {
  let x = X[row * ${bins}u + k];
  return select(x, vec2<f32>(x.x, 0.0), ${isUnpaired});
}`
}

function complex({ block }: Located): Binding {
  return { block, type: 'vec2<f32>' }
}

function real({ block }: Located): Binding {
  return { block, type: 'f32' }
}
