import { constant, uniform } from '@gyre/nn'
import { matmul, mul } from '@gyre/tensor'
import { defineMethod, type JsonObject } from '../method.js'
import { booleanOption, integerOption, numberOption } from '../option-syntax.js'
import { numberField, refuseVariants } from '../peft-fields.js'

export interface LoraConfig {
  /** Rank of the update. */
  readonly r: number
  /** The update is scaled by alpha / r. */
  readonly alpha: number
  /** Scale by alpha / √r instead, which keeps the update's size as r grows (arXiv 2312.03732). */
  readonly useRslora: boolean
}

/**
 * Low-rank adaptation: ΔW = s B A with A `[r, in]`, B `[out, r]`, s = alpha / r.
 *
 * @source Hu et al.: LoRA: Low-Rank Adaptation of Large Language Models. arXiv 2106.09685, section 4.1.
 */
export const lora = /* @__PURE__ */ defineMethod<LoraConfig, 'a' | 'b'>()({
  name: 'lora',
  peftType: 'LORA',
  paper: {
    title: 'LoRA: Low-Rank Adaptation of Large Language Models',
    source: 'arXiv 2106.09685',
    differences: 'A is drawn uniformly in ±1/√in, as PEFT draws it; the paper draws it normally.',
  },
  options: {
    r: integerOption({ doc: 'rank of the update', default: 8, minimum: 1 }),
    alpha: numberOption({ doc: 'the update is scaled by alpha / r', default: 8 }),
    useRslora: booleanOption({ doc: 'scale by alpha / √r', alias: 'rslora', default: false }),
  },
  parameters: ({ r }, { inFeatures, outFeatures }) => ({
    a: { key: 'lora_A.weight', shape: [r, inFeatures], initializer: uniform(inFeatures ** -0.5) },
    b: { key: 'lora_B.weight', shape: [outFeatures, r], initializer: constant(0) },
  }),
  delta: (config, _site, { a, b }, x) =>
    mul(matmul(matmul(x, a, { transposeB: true }), b, { transposeB: true }), scaling(config)),
  deltaWeight: (config, _site, { a, b }) => mul(matmul(b, a), scaling(config)),
  learningRateScale: () => 1,
  parameterCount: ({ r }, { inFeatures, outFeatures }) => r * (inFeatures + outFeatures),
  flops: ({ r }, { inFeatures, outFeatures }, tokens) =>
    tokens * (2 * r * (inFeatures + outFeatures) + outFeatures),
  fresh: 'changes nothing',
  toPeft: ({ r, alpha, useRslora }) => ({ r, lora_alpha: alpha, lora_dropout: 0, use_rslora: useRslora }),
  fromPeft: (fields) => {
    refuseVariants(fields, plainLora)
    return {
      r: numberField(fields, 'r', 'positive integer'),
      alpha: numberField(fields, 'lora_alpha', 'positive number'),
      useRslora: fields.use_rslora === true,
    }
  },
})

/** Variants of PEFT's LoRA that change what is computed, with the one value that leaves it as it is here. */
const plainLora: JsonObject = {
  use_dora: false,
  fan_in_fan_out: false,
  lora_bias: false,
  bias: 'none',
  rank_pattern: {},
  alpha_pattern: {},
}

function scaling({ r, alpha, useRslora }: LoraConfig): number {
  return alpha / (useRslora ? Math.sqrt(r) : r)
}
