import { constant } from '@gyre/nn'
import {
  expandDims,
  type Initializer,
  matmul,
  mul,
  type Shape,
  sizeOf,
  slice,
  type Tensor,
} from '@gyre/tensor'
import { defineMethod, type Site } from '../method.js'
import { integerOption, numberOption } from '../option-syntax.js'
import { numberField } from '../peft-fields.js'
import { kaimingUniform } from '../pytorch-random.js'

export interface VeraConfig {
  /** Rank of the two matrices that all sites share. */
  readonly r: number
  /** Seed of the shared matrices. */
  readonly projectionPrngKey: number
  /** What every entry of λ_d is at first. */
  readonly dInitial: number
}

/**
 * Vector-based random matrix adaptation: ΔW = Λ_b B Λ_d A with A `[r, in]` and B `[out, r]` random, frozen and the
 * same for all sites, which take their first columns or rows; a site trains the diagonals λ_b `[out]` and λ_d `[r]`.
 *
 * @source Kopiczko, Blankevoort, Asano: VeRA: Vector-based Random Matrix Adaptation. arXiv 2310.11454, section 3.
 */
export const vera = /* @__PURE__ */ defineMethod<VeraConfig, 'lambdaB' | 'lambdaD', 'a' | 'b'>()({
  name: 'vera',
  peftType: 'VERA',
  paper: {
    title: 'VeRA: Vector-based Random Matrix Adaptation',
    source: 'arXiv 2310.11454',
    differences:
      'One pair A, B serves layers of different sizes, cut to size, as in PEFT; the matrices are saved, and drawn as PyTorch draws them where a file lacks them.',
  },
  options: {
    r: integerOption({ doc: 'rank of the shared random matrices', default: 256, minimum: 1 }),
    projectionPrngKey: integerOption({
      doc: 'seed of the shared random matrices',
      alias: 'key',
      default: 0,
      minimum: 0,
    }),
    dInitial: numberOption({ doc: 'what λ_d is at first', alias: 'd', default: 0.1 }),
  },
  parameters: ({ r, dInitial }, { outFeatures }) => ({
    lambdaB: { key: 'vera_lambda_b', shape: [outFeatures], initializer: constant(0) },
    lambdaD: { key: 'vera_lambda_d', shape: [r], initializer: constant(dInitial) },
  }),
  sharedParameters: ({ r, projectionPrngKey }, sites) => {
    const a = [r, Math.max(...sites.map(({ inFeatures }) => inFeatures))] as const
    const b = [Math.max(...sites.map(({ outFeatures }) => outFeatures)), r] as const
    // One generator draws A and then B.
    return {
      a: frozen('base_model.vera_A', a, projectionInitializer(projectionPrngKey, 0)),
      b: frozen('base_model.vera_B', b, projectionInitializer(projectionPrngKey, sizeOf(a))),
    }
  },
  delta: (_config, site, { a, b, lambdaB, lambdaD }, x) => {
    const projected = mul(matmul(x, columnsFor(site, a), { transposeB: true }), lambdaD)
    return mul(matmul(projected, rowsFor(site, b), { transposeB: true }), lambdaB)
  },
  deltaWeight: (_config, site, { a, b, lambdaB, lambdaD }) =>
    mul(matmul(mul(rowsFor(site, b), lambdaD), columnsFor(site, a)), expandDims(lambdaB, 1)),
  learningRateScale: () => 1,
  parameterCount: ({ r }, { outFeatures }) => outFeatures + r,
  flops: ({ r }, { inFeatures, outFeatures }, tokens) =>
    tokens * (2 * r * (inFeatures + outFeatures) + r + outFeatures),
  fresh: 'changes nothing',
  toPeft: ({ r, projectionPrngKey, dInitial }, sites) => ({
    fan_in_fan_out: sites.some(({ weightIsTransposed }) => weightIsTransposed),
    r,
    projection_prng_key: projectionPrngKey,
    save_projection: true,
    vera_dropout: 0,
    d_initial: dInitial,
  }),
  fromPeft: (fields) => ({
    r: numberField(fields, 'r', 'positive integer'),
    projectionPrngKey: numberField(fields, 'projection_prng_key', 'seed'),
    dInitial: numberField(fields, 'd_initial', 'number'),
  }),
})

function frozen(key: string, shape: Shape, initializer: Initializer) {
  return { key, shape, initializer, trainable: false, redrawnWhenMissing: true }
}

/** Draws a matrix after `skipped` numbers that the generator gave to the one before. */
function projectionInitializer(seed: number, skipped: number): Initializer {
  return ({ shape }) => kaimingUniform(seed, sizeOf(shape), { fanIn: shape.at(-1)!, skipped })
}

function columnsFor({ inFeatures }: Site, a: Tensor): Tensor {
  const [r, columns] = a.shape as readonly [number, number]
  return columns === inFeatures ? a : slice(a, [0, 0], [r, inFeatures])
}

function rowsFor({ outFeatures }: Site, b: Tensor): Tensor {
  const [rows, r] = b.shape as readonly [number, number]
  return rows === outFeatures ? b : slice(b, [0, 0], [outFeatures, r])
}
