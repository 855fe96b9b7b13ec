import { setTimeout } from 'node:timers/promises'
import { queryObjects, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { valueAndGrad } from '@gyre/autograd'
import type { GpuBackend } from '@gyre/gpu'
import { compile } from '@gyre/graph'
import { AdamW, Linear, Module, seedParameters } from '@gyre/nn'
import { jsBackend, mean, mul, randn, relu, setBackend, Tensor } from '@gyre/tensor'
import { type WasmBackend, wasm } from '@gyre/wasm'
import { afterEach, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'

const gpu = await findGpu()

class TwoLayers extends Module {
  readonly first = new Linear(32, 128)
  readonly second = new Linear(128, 8)

  override forward(x: Tensor): Tensor {
    return this.second.forward(relu(this.first.forward(x)))
  }
}

/** A training step, on a batch that is large enough for several threads. */
function makeStep(build: typeof compile): (seed: number) => Tensor {
  const model = new TwoLayers()
  seedParameters(model, 1)
  const optimizer = new AdamW(model, { learningRate: 1e-3 })
  const step = build(
    (x: Tensor) => {
      const { value, grads } = valueAndGrad(() => {
        const y = model.forward(x)
        return mean(mul(y, y))
      }, model)()
      optimizer.step(grads)
      return value
    },
    model,
    optimizer,
  )
  return (seed) => step(randn([160, 32], { seed }) as Tensor)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Twice: the numbers of dead arrays are freed behind the first collection's back, and the second waits for that. */
async function collectGarbage(): Promise<void> {
  collect()
  await setTimeout(100)
  collect()
}

interface Memory {
  /** What must be equal: live tensors, and the backend's own counts. */
  readonly exact: { readonly [name: string]: number }
  readonly residentBytes: number
}

/** What the backend itself counts. */
function countsOf({ status }: WasmBackend | GpuBackend): Memory['exact'] {
  if ('arenaBytes' in status) {
    const { arenaBytes, usedBytes, pages } = status
    return { arenaBytes, usedBytes, pages }
  }
  const { liveBuffers, liveBytes, pipelines } = status
  return { liveBuffers, liveBytes, pipelines }
}

async function measure(backend: WasmBackend | GpuBackend): Promise<Memory> {
  await collectGarbage()
  const tensors = queryObjects(Tensor, { format: 'count' }) as number
  return {
    exact: { tensors, ...countsOf(backend) },
    residentBytes: process.memoryUsage.rss(),
  }
}

function expectFlat(early: Memory, late: Memory): void {
  expect(early.exact.arenaBytes ?? early.exact.liveBytes).toBeGreaterThan(0)
  expect(late.exact).toEqual(early.exact)
  const allowed = Math.max(0.02 * early.residentBytes, 10e6)
  expect(late.residentBytes - early.residentBytes).toBeLessThan(allowed)
}

afterEach(() => setBackend(jsBackend))

it('compiled training on wasm needs at step 10,000 the memory that it needed at step 1,000', async () => {
  const backend = await wasm({ threads: 2 })
  setBackend(backend)
  const step = makeStep(compile)
  const seen: Memory[] = []
  for (let i = 1; i <= 10_000; i++) {
    await step(i).item()
    if (i === 1000 || i === 10_000) seen.push(await measure(backend))
  }
  expectFlat(seen[0]!, seen[1]!)
})

it('eager training on wasm that never waits needs at step 3,000 the memory that it needed at step 1,000', async () => {
  const backend = await wasm({ threads: 2 })
  setBackend(backend)
  const step = makeStep(((fn: unknown) => fn) as typeof compile)
  const seen: Memory[] = []
  for (let i = 1; i <= 3000; i++) {
    step(i).itemSync()
    if (i === 1000 || i === 3000) seen.push(await measure(backend))
  }
  expectFlat(seen[0]!, seen[1]!)
})

it.skipIf(gpu.backend === undefined)(
  'compiled training on the GPU needs at step 2,000 the memory that it needed at step 500',
  async () => {
    const backend = gpu.backend!
    setBackend(backend)
    const step = makeStep(compile)
    const seen: Memory[] = []
    const { submissions, waits } = backend.status
    for (let i = 1; i <= 2000; i++) {
      await step(i % 10).item()
      if (i === 500 || i === 2000) seen.push(await measure(backend))
    }
    expect(backend.status.submissions - submissions).toBe(2000)
    expect(backend.status.waits - waits).toBe(2000)
    expectFlat(seen[0]!, seen[1]!)
  },
)
