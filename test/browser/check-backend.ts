import { valueAndGrad } from '@gyre/autograd'
import { compile } from '@gyre/graph'
import { AdamW, Linear, Module, seedParameters } from '@gyre/nn'
import {
  type Data,
  exp,
  full,
  jsBackend,
  matmul,
  mean,
  mul,
  randn,
  relu,
  setBackend,
  softmax,
  type Tensor,
} from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import { catalogueResults, differences } from '../catalogue-results.js'

/** What one thread of a browser finds out about the backend; plain data, for the test to judge. */
export interface BackendReport {
  readonly isolated: boolean
  readonly variant: string
  /** Threads of a backend that was asked for nothing, for one and for two. */
  readonly threads: readonly number[]
  readonly singleThreadReason: string | undefined
  readonly samples: number
  /** The samples of the catalogue that differ from the js backend by more than 5e-6. */
  readonly far: readonly (readonly [sample: string, difference: number])[]
  /** A fingerprint of everything that was computed on one thread, and on two where there can be. */
  readonly fingerprints: readonly string[]
  /** Whether compiled training steps ended with the bytes of eager ones. */
  readonly compiledLikeEager: boolean
}

class TwoLayers extends Module {
  readonly first = new Linear(64, 256)
  readonly second = new Linear(256, 10)
  override forward(x: Tensor): Tensor {
    return this.second.forward(relu(this.first.forward(x)))
  }
}

export async function checkBackend(): Promise<BackendReport> {
  const backend = await wasm()
  const threads = [backend.status.threads]
  setBackend(jsBackend)
  const expected = await catalogueResults()
  setBackend(backend)
  const fingerprints: string[] = []
  let far: BackendReport['far'] = []
  let compiledLikeEager = true
  for (const wanted of [1, 2]) {
    await backend.setThreads(wanted)
    threads.push(backend.status.threads)
    const found = await catalogueResults()
    far = [...far, ...[...differences(found, expected)].filter(([, difference]) => !(difference <= 5e-6))]
    const eager = trainedBytes(((fn: unknown) => fn) as typeof compile)
    const compiled = trainedBytes(compile)
    compiledLikeEager &&= (await fingerprint(eager)) === (await fingerprint(compiled))
    const all = [...found.flatMap(({ data }) => [...data.values()]), ...compiled, largeProduct()]
    fingerprints.push(await fingerprint(all))
  }
  const { variant, singleThreadReason } = backend.status
  backend.end()
  return {
    isolated: crossOriginIsolated,
    variant,
    threads,
    singleThreadReason,
    samples: expected.length,
    far,
    fingerprints,
    compiledLikeEager,
  }
}

/** Parameters and losses after steps that are large enough for several threads. */
function trainedBytes(build: typeof compile): Data[] {
  const model = new TwoLayers()
  seedParameters(model, 1)
  const optimizer = new AdamW(model, { learningRate: 0.01 })
  const step = build(
    (x: Tensor, learningRate: Tensor) => {
      const { value, grads } = valueAndGrad(() => {
        const y = model.forward(x)
        return mean(mul(y, y))
      }, model)()
      optimizer.step(grads, { learningRate })
      return value
    },
    model,
    optimizer,
  )
  const losses = [1, 2, 3].map((seed) =>
    step(randn([128, 64], { seed }) as Tensor, full([], 0.01 / seed) as Tensor).dataSync(),
  )
  return [...losses, ...[...model.stateDict().values()].map((parameter) => parameter.dataSync())]
}

function largeProduct(): Data {
  const x = randn([300, 300], { seed: 1 }) as Tensor
  return softmax(exp(matmul(x, x))).dataSync()
}

async function fingerprint(arrays: readonly Data[]): Promise<string> {
  const bytes = await new Blob([...arrays] as BlobPart[]).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
