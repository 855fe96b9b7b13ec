import FFT from 'fft.js'
import { hashedFloats } from '../src/inputs.ts'

/** fft.js: scalar JavaScript, powers of two, a row at a time into the array that it makes itself. */
export default () => ({ describe: () => '4.0.4', prepare })

function prepare({ kind, rows, n }) {
  if (kind !== 'rfft' || !Number.isInteger(Math.log2(n))) return undefined
  const fft = new FFT(n)
  const spectrum = fft.createComplexArray()
  const x = hashedFloats(1, rows * n)
  const inputs = Array.from({ length: rows }, (_, row) => x.subarray(row * n, (row + 1) * n))
  return {
    run: () => {
      for (const input of inputs) fft.realTransform(spectrum, input)
    },
    check: () =>
      inputs.flatMap((input) => {
        fft.realTransform(spectrum, input)
        return spectrum.slice(0, n + 2)
      }),
  }
}
