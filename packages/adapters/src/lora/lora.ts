import { constant, uniform } from '@gyre/nn'
import { matmul, mul } from '@gyre/tensor'
import {
  type BySite,
  bySiteOption,
  fromPeftPattern,
  isPositive,
  isPositiveInteger,
  toPeftPattern,
  valueAt,
} from '../by-site.js'
import { AdapterError } from '../errors.js'
import { defineMethod, type JsonObject, type Site } from '../method.js'
import { booleanOption } from '../option-syntax.js'
import { numberField, refuseVariants } from '../peft-fields.js'

export interface LoraConfig {
  /** Rank of the update, for all sites or by target. */
  readonly r: BySite
  /** The update is scaled by alpha / r. */
  readonly alpha: BySite
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
    r: bySiteOption({ doc: 'rank of the update', default: 8, kind: 'integer' }),
    alpha: bySiteOption({ doc: 'the update is scaled by alpha / r', default: 8, kind: 'number' }),
    useRslora: booleanOption({ doc: 'scale by alpha / √r', alias: 'rslora', default: false }),
  },
  parameters: (config, site) => ({
    a: {
      key: 'lora_A.weight',
      shape: [rankAt(config, site), site.inFeatures],
      initializer: uniform(site.inFeatures ** -0.5),
    },
    b: { key: 'lora_B.weight', shape: [site.outFeatures, rankAt(config, site)], initializer: constant(0) },
  }),
  delta: (config, site, { a, b }, x) =>
    mul(matmul(matmul(x, a, { transposeB: true }), b, { transposeB: true }), scalingAt(config, site)),
  deltaWeight: (config, site, { a, b }) => mul(matmul(b, a), scalingAt(config, site)),
  learningRateScale: () => 1,
  parameterCount: (config, site) => rankAt(config, site) * (site.inFeatures + site.outFeatures),
  flops: (config, site, tokens) =>
    tokens * (2 * rankAt(config, site) * (site.inFeatures + site.outFeatures) + site.outFeatures),
  fresh: 'changes nothing',
  peftBias: 'lora_only',
  toPeft: (config, sites) => {
    const ranks = toPeftPattern(sites, (site) => rankAt(config, site))
    const alphas = toPeftPattern(sites, (site) => valueAt(config.alpha, site, 'alpha'))
    return {
      alpha_pattern: alphas.pattern,
      fan_in_fan_out: sites.some(({ weightIsTransposed }) => weightIsTransposed),
      lora_alpha: alphas.value,
      lora_dropout: 0,
      r: ranks.value,
      rank_pattern: ranks.pattern,
      use_rslora: config.useRslora,
    }
  },
  // `fan_in_fan_out` says how the layers keep their weights, and the layers know that themselves.
  fromPeft: (fields, sites) => {
    refuseVariants(fields, plainLora)
    const init = fields.init_lora_weights
    if (typeof init === 'string' && changesTheBase.test(init)) {
      throw new AdapterError(
        `adapter_config.json: init_lora_weights = ${JSON.stringify(init)} is not supported: it changes the weights of the model itself`,
      )
    }
    const [r, alpha] = [
      numberField(fields, 'r', 'positive integer'),
      numberField(fields, 'lora_alpha', 'positive number'),
    ]
    return {
      r: fromPeftPattern(sites, r, fields, 'rank_pattern', isPositiveInteger),
      alpha: fromPeftPattern(sites, alpha, fields, 'alpha_pattern', isPositive),
      useRslora: fields.use_rslora === true,
    }
  },
})

/** Variants of PEFT's LoRA that change what is computed, with the one value that leaves it as it is here. */
const plainLora: JsonObject = {
  use_dora: false,
  use_qalora: false,
  use_bdlora: false,
  lora_bias: false,
  layer_replication: [],
  arrow_config: {},
  alora_invocation_tokens: [],
}

/** PEFT takes from the model's weights what these put into A and B, also when it loads an adapter. */
const changesTheBase = /^(pissa|olora|corda|loftq)/

function rankAt({ r }: LoraConfig, site: Site): number {
  return valueAt(r, site, 'r')
}

function scalingAt(config: LoraConfig, site: Site): number {
  const rank = rankAt(config, site)
  return valueAt(config.alpha, site, 'alpha') / (config.useRslora ? Math.sqrt(rank) : rank)
}
