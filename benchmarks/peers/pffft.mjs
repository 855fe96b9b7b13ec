import createModule from '@echogarden/pffft-wasm/simd'
import { hashedFloats } from '../src/inputs.ts'

const real = 0
const forward = 0

/** pffft in WebAssembly with SIMD, spectra in their natural order. Inputs and outputs are in its own memory. */
export default async () => {
  const module = await createModule()
  if (module._pffft_simd_size() !== 4) throw new Error('this pffft was built without SIMD')
  return { describe: () => '0.4.2, SIMD', prepare: (task) => prepare(module, task) }
}

function prepare(module, { kind, rows, n }) {
  if (kind !== 'rfft') return undefined
  const setup = module._pffft_new_setup(n, real)
  if (setup === 0) return undefined
  const bytes = 4 * n
  const [x, y, work] = [rows * bytes, rows * bytes, bytes].map((size) => module._pffft_aligned_malloc(size))
  module.HEAPF32.set(hashedFloats(1, rows * n), x / 4)
  const run = () => {
    for (let row = 0; row < rows; row++) {
      module._pffft_transform_ordered(setup, x + row * bytes, y + row * bytes, work, forward)
    }
  }
  return {
    run,
    check: () => {
      run()
      const spectra = []
      for (let row = 0; row < rows; row++) {
        // The last bin, which is real, lies where the imaginary part of the first would be 0.
        const [first, last, ...others] = module.HEAPF32.subarray(y / 4 + row * n, y / 4 + (row + 1) * n)
        spectra.push(first, 0, ...others, last, 0)
      }
      return spectra
    },
    end: () => {
      for (const pointer of [x, y, work]) module._pffft_aligned_free(pointer)
      module._pffft_destroy_setup(setup)
    },
  }
}
