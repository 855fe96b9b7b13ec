import { readFileSync } from 'node:fs'
import { vjp } from '@gyre/autograd'
import { readSafetensors } from '@gyre/safetensors'
import { blockCirculant, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { onEveryBackendAndGpu } from './on-every-backend.js'
import { relmax } from './relmax.js'

const file = readSafetensors(
  readFileSync(new URL('./fixtures/vectors/block_circulant.safetensors', import.meta.url)),
)
/** `bc.{out}x{in}.p{p}`, each with x, c, y, the gradient gy that arrives and those for x and c. */
const cases = [...file.entries.keys()].filter((name) => name.endsWith('.c')).map((name) => name.slice(0, -2))
const tolerance = 2e-6

function numbers(name: string): Float32Array {
  const { data } = file.get(name)
  if (!(data instanceof Float32Array)) throw new Error(`${name}: expected float32`)
  return data
}

function read(name: string): Tensor {
  return tensor(numbers(name), { shape: file.get(name).shape }) as Tensor
}

await onEveryBackendAndGpu(() => {
  describe('blockCirculant agrees with PyTorch', () => {
    it.each(cases)('%s', async (name) => {
      const { value, pullback } = vjp(blockCirculant)(read(`${name}.x`), read(`${name}.c`))
      expect(value.shape).toEqual(file.get(`${name}.y`).shape)
      expect(relmax(await value.data(), numbers(`${name}.y`))).toBeLessThan(tolerance)
      const [gx, gc] = pullback(read(`${name}.gy`))
      expect(relmax(await gx.data(), numbers(`${name}.gx`))).toBeLessThan(tolerance)
      expect(relmax(await gc.data(), numbers(`${name}.gc`))).toBeLessThan(tolerance)
    })

    it('for even, odd and single-number blocks', () => {
      for (const p of [1, 3, 16, 96]) expect(cases.some((name) => name.endsWith(`.p${p}`))).toBe(true)
    })
  })
})
