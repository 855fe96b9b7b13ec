import { add, getBackend, jsBackend, matmul, setBackend, type Tensor, tensor } from '@gyre/tensor'
import { signal } from '@preact/signals'
import { afterAll, describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { pictureBackend } from './backend.js'
import { backendProblem, chooseBackend, chosenBackend, unavailable } from './choose-backend.js'
import { computeNumbers, computeWhenever, inTurn } from './compute.js'

afterAll(() => setBackend(jsBackend))

const square = (rows: readonly number[]) => {
  const x: Tensor = tensor([rows])
  return { product: matmul(x, x, { transposeB: true }), list: [x, x] }
}

describe('the backend of the pictures', () => {
  it('is what was chosen last, however many were chosen before it was open', async () => {
    await Promise.all([chooseBackend('wasm'), chooseBackend('js')])
    expect(pictureBackend.value?.name).toBe('js')
    await Promise.all([chooseBackend('js'), chooseBackend('wasm')])
    expect(pictureBackend.value?.name).toBe('wasm')
    expect(getBackend()).toBe(pictureBackend.value?.backend)
    expect(pictureBackend.value?.kernels).toMatch(/ kernels on one thread$/)
  })

  it('stays as it was where another cannot be had, and the reason is kept', async () => {
    await chooseBackend('js')
    await chooseBackend('webgl2')
    expect(pictureBackend.value?.name).toBe('js')
    expect(chosenBackend.value).toBe('js')
    expect(backendProblem.value).toMatch(/^No WebGL2 here.*\.$/)
    expect(unavailable.value.webgl2).toBe(backendProblem.value)
    await chooseBackend('wasm')
    expect(backendProblem.value).toBeUndefined()
  })
})

const { backend: gpu } = await findGpu()

describe('a computation', () => {
  it('gives the numbers under the names of the tensors', async () => {
    await chooseBackend('wasm')
    expect(await computeNumbers(() => square([3, 4]))).toEqual({
      product: Float32Array.of(25),
      list: [Float32Array.of(3, 4), Float32Array.of(3, 4)],
    })
  })

  it.skipIf(gpu === undefined)("gives the device's memory back", async () => {
    await inTurn(() => setBackend(gpu!))
    const live: number[] = []
    for (let i = 0; i < 3; i++) {
      await computeNumbers(() => ({ sum: add(tensor([1, 2]), i) }))
      live.push(gpu!.status.liveBytes)
    }
    expect(live).toEqual([live[0], live[0], live[0]])
  })

  it('follows its input and the backend, and never shows what another backend computed', async () => {
    await chooseBackend('js')
    const input = signal<readonly number[]>([1, 1])
    const { computed, problem, end } = computeWhenever(input, square)
    const shown: string[] = []
    const stop = computed.subscribe((value) => {
      if (value) shown.push(`${value.on.name} ${value.input.join()} ${value.numbers.product[0]}`)
      if (value) expect(value.on).toBe(pictureBackend.peek())
    })
    input.value = [1, 2] // before the first has had its turn
    await inTurn(() => {})
    await settled()
    input.value = [2, 2]
    await chooseBackend('wasm')
    await settled()
    expect(shown).toEqual(['js 1,2 5', 'js 2,2 8', 'wasm 2,2 8'])

    end()
    input.value = [5, 5]
    await settled()
    expect(shown.length).toBe(3)
    expect(problem.value).toBeUndefined()
    stop()
  })

  it('that fails is a sentence, and the next one works', async () => {
    const width = signal(3)
    const { computed, problem, end } = computeWhenever(width, (columns) => ({
      product: matmul(tensor([[1, 2, 3]]) as Tensor, tensor([Array(columns).fill(1)]) as Tensor, {
        transposeB: true,
      }),
    }))
    await settled()
    expect(computed.value?.numbers.product[0]).toBe(6)
    width.value = 2
    await settled()
    expect(problem.value).toMatch(/^matmul: /)
    expect(computed.value).toBeUndefined()
    width.value = 3
    await settled()
    expect(problem.value).toBeUndefined()
    expect(computed.value?.numbers.product[0]).toBe(6)
    end()
  })
})

/** What has been asked for is computed and shown. */
async function settled(): Promise<void> {
  await inTurn(() => {})
  await new Promise((resolve) => setTimeout(resolve))
}
