import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noise } from '../../test/noise.js'
import { onGpuBackends } from '../../test/on-gpu-backends.js'
import { relativeError } from '../../test/relative-error.js'
import { createGpuCirculant, type GpuCirculant, releaseGpu } from './index.js'

afterAll(releaseGpu)

/** The matrix by its definition: B[i·p + r, j·p + s] = c[i, j, (r − s) mod p]. */
function dense(c: Float64Array, out: number, into: number, p: number): Float64Array {
  const B = new Float64Array(out * into)
  for (let row = 0; row < out; row++) {
    for (let column = 0; column < into; column++) {
      const block = Math.floor(row / p) * (into / p) + Math.floor(column / p)
      B[row * into + column] = c[block * p + ((row - column + out * p) % p)]!
    }
  }
  return B
}

const sizes = [
  { outFeatures: 4, inFeatures: 6, blockSize: 2 },
  { outFeatures: 24, inFeatures: 40, blockSize: 8 },
  { outFeatures: 192, inFeatures: 64, blockSize: 64 },
  { outFeatures: 9, inFeatures: 6, blockSize: 3 },
]
const batch = 5

onGpuBackends((backend) => {
  describe.each(sizes)('blocks of $blockSize in a matrix $outFeatures × $inFeatures', (size) => {
    const { outFeatures: out, inFeatures: into, blockSize: p } = size
    const blocks = (out * into) / (p * p)
    const c = noise(blocks * p, 1)
    const x = noise(batch * into, 2)
    const g = noise(batch * out, 3)
    const B = dense(c, out, into, p)
    let layer: GpuCirculant
    const upload = (values: Float64Array, rows: number) => layer.upload(Float32Array.from(values), rows)

    beforeAll(async () => {
      layer = await createGpuCirculant(size, { backend })
    })
    afterAll(() => layer.destroy())

    it('says what runs', () => {
      expect(layer.kernel).toBe(p === 3 ? 'cpu radix-3' : `gpu.js ${backend} radix-2`)
    })

    it('multiplies rows', async () => {
      const y = new Float64Array(batch * out)
      for (let b = 0; b < batch; b++)
        for (let r = 0; r < out; r++)
          for (let s = 0; s < into; s++) y[b * out + r]! += B[r * into + s]! * x[b * into + s]!
      const X = await layer.inputSpectrum(await upload(x, batch))
      const C = await layer.weightSpectrum(await upload(c, blocks))
      expect(relativeError(await (await layer.product(X, C)).read(), y)).toBeLessThan(2e-6)
    })

    it('gives the gradient for the rows', async () => {
      const gx = new Float64Array(batch * into)
      for (let b = 0; b < batch; b++)
        for (let r = 0; r < out; r++)
          for (let s = 0; s < into; s++) gx[b * into + s]! += B[r * into + s]! * g[b * out + r]!
      const G = await layer.outputSpectrum(await upload(g, batch))
      const C = await layer.weightSpectrum(await upload(c, blocks))
      expect(relativeError(await (await layer.inputGradient(G, C)).read(), gx)).toBeLessThan(2e-6)
    })

    it('gives the gradient for the blocks', async () => {
      const gc = new Float64Array(blocks * p)
      for (let b = 0; b < batch; b++)
        for (let r = 0; r < out; r++)
          for (let s = 0; s < into; s++) {
            const block = Math.floor(r / p) * (into / p) + Math.floor(s / p)
            gc[block * p + ((r - s + out * p) % p)]! += g[b * out + r]! * x[b * into + s]!
          }
      const G = await layer.outputSpectrum(await upload(g, batch))
      const X = await layer.inputSpectrum(await upload(x, batch))
      expect(relativeError(await (await layer.weightGradient(G, X)).read(), gc)).toBeLessThan(2e-6)
    })
  })
})
