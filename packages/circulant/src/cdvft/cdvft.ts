import {
  AdapterError,
  defineMethod,
  numberField,
  numberOption,
  refuseVariants,
  type Site,
} from '@gyre/adapters'
import { constant } from '@gyre/nn'
import { blockCirculant, mul, reshape, type Tensor } from '@gyre/tensor'
import { toDense } from '../block-circulant-algebra.js'
import { blockCirculantFlops } from '../block-circulant-flops.js'

export interface CdvftConfig {
  /** The update is scaled by it. */
  readonly alpha: number
}

/**
 * Circulant and diagonal vectors: ΔW = α diag(a₂) circ(c) diag(a₁), where c is the first column of a circulant matrix.
 *
 * @source Ding, Chen, Liao, Wang: Parameter-Efficient Fine-Tuning with Circulant and Diagonal Vectors. arXiv 2505.00580,
 * section 3.
 */
export const cdvft = /* @__PURE__ */ defineMethod<CdvftConfig, 'a1' | 'c' | 'a2'>()({
  name: 'cdvft',
  peftType: 'CDVFT',
  paper: {
    title: 'Parameter-Efficient Fine-Tuning with Circulant and Diagonal Vectors',
    source: 'arXiv 2505.00580',
    differences:
      'One circulant factor between two diagonal ones (m = 1, which the paper finds enough), on square layers only: the paper also cuts rectangular ones into circulant blocks. Begins with diagonals of ones and c = 0.',
  },
  options: { alpha: numberOption({ doc: 'the update is scaled by it', default: 1 }) },
  check: (_config, { path, inFeatures, outFeatures }) => {
    if (inFeatures === outFeatures) return
    throw new AdapterError(
      `${path}: cdvft takes square layers only, and this one has ${inFeatures} inputs and ${outFeatures} outputs`,
    )
  },
  parameters: (_config, { inFeatures: d }) => ({
    a1: { key: 'cdv_a1', shape: [d], initializer: constant(1) },
    a2: { key: 'cdv_a2', shape: [d], initializer: constant(1) },
    c: { key: 'cdv_c', shape: [d], initializer: constant(0) },
  }),
  delta: ({ alpha }, _site, { a1, a2, c }, x) => mul(blockCirculant(mul(x, a1), oneBlock(c)), mul(a2, alpha)),
  deltaWeight: ({ alpha }, site, { a1, a2, c }) =>
    mul(mul(toDense(oneBlock(c)), a1), reshape(mul(a2, alpha), [site.outFeatures, 1])),
  learningRateScale: () => 1,
  parameterCount: (_config, { inFeatures: d }) => 3 * d,
  // Each token is multiplied by both diagonals; a₂ is scaled once.
  flops: (_config, { inFeatures: d }: Site, tokens) =>
    d + 2 * tokens * d + blockCirculantFlops({ q: 1, k: 1, p: d }, tokens),
  fresh: 'changes nothing',
  toPeft: ({ alpha }) => ({ alpha, m: 1 }),
  fromPeft: (fields) => {
    refuseVariants(fields, { m: 1 })
    return { alpha: numberField(fields, 'alpha', 'positive number') }
  },
})

/** Shapes: c `[d]` → `[1, 1, d]`. */
function oneBlock(c: Tensor): Tensor {
  return reshape(c, [1, 1, c.shape[0]!])
}
