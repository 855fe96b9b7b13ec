import { vjp } from '@gyre/autograd'
import { toDense } from '@gyre/circulant'
import { cost, trace } from '@gyre/graph'
import { blockCirculant, linear, randn, type Tensor } from '@gyre/tensor'
import { type Contestant, type Measurement, measure } from '../measure.js'
import { checkEqual, type Suite } from '../suite.js'

const rows = 512
const n = 512

/** A layer as a function of its input and its weight. */
type Layer = (x: Tensor, weight: Tensor) => Tensor

/** The block-circulant product beside the dense one that it stands for. */
export const layerSuite: Suite = {
  name: 'layer',
  description: `${rows} rows through a layer of ${n} × ${n}: dense, and block-circulant with blocks of p`,
  async run(quick) {
    const x: Tensor = randn([rows, n], { seed: 1 })
    const dense: Layer = (x, weight) => linear(x, weight)
    const layers = [{ name: 'dense', layer: dense, weight: randn([n, n], { seed: 2 }) as Tensor }]
    for (const p of quick ? [64, 512] : [64, 128, 256, 512]) {
      const weight: Tensor = randn([n / p, n / p, p], { seed: p })
      checkEqual(
        `block-circulant, p = ${p}`,
        blockCirculant(x, weight).dataSync() as Float32Array,
        dense(x, toDense(weight)).dataSync() as Float32Array,
      )
      layers.push({ name: `block-circulant, p = ${p}`, layer: blockCirculant, weight })
    }
    const options = { rounds: quick ? 3 : 7, roundMilliseconds: 100 }
    const measurements: Measurement[] = []
    for (const [work, build] of [
      ['forward', forward],
      ['forward and backward', forwardAndBackward],
    ] as const) {
      const contestants = layers.map(({ name, layer, weight }): Contestant => {
        const whole = build(layer)
        const flops = cost(trace(whole)(x, weight)).flops
        return { name, flops, run: () => void whole(x, weight) }
      })
      measurements.push(...(await measure(work, contestants, options)))
    }
    return measurements
  },
}

function forward(layer: Layer): (x: Tensor, weight: Tensor) => unknown {
  return layer
}

const arriving: Tensor = randn([rows, n], { seed: 3 })

/** Both gradients, for a gradient that arrives at the output. */
function forwardAndBackward(layer: Layer): (x: Tensor, weight: Tensor) => unknown {
  return (x, weight) => vjp(layer)(x, weight).pullback(arriving)
}
