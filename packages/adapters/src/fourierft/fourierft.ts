import { constant, normal } from '@gyre/nn'
import type { Tensor } from '@gyre/tensor'
import {
  type BySite,
  bySiteOption,
  fromPeftPattern,
  isPositiveInteger,
  toPeftPattern,
  valueAt,
} from '../by-site.js'
import { AdapterError } from '../errors.js'
import { defineMethod, type JsonObject, type Site } from '../method.js'
import { choiceOption, integerOption, numberOption } from '../option-syntax.js'
import { numberField, refuseVariants } from '../peft-fields.js'
import { type Frequencies, frequenciesOf, randomFrequencies } from './frequencies.js'
import { inverseTransform, transformProduct, transformProductFlops } from './inverse-transform.js'
import { sparseProduct, sparseProductFlops } from './sparse-product.js'
import { spectralProduct, spectralProductFlops } from './spectral-product.js'

export interface FourierFTConfig {
  /** How many entries of the spectrum of ΔW are trained at a site, for all sites or by target. */
  readonly nFrequency: BySite
  /** ΔW is multiplied by it. */
  readonly scaling: number
  /** Seed of the places of those entries. */
  readonly randomLocSeed: number
  /** What the entries are at first. */
  readonly init: 'normal' | 'zeros'
  readonly form: FourierFTForm
}

/**
 * How ΔW x is computed: `transform` makes ΔW by a two-dimensional transform, as the paper and PEFT do; `sparse` sums
 * the waves one by one, without ΔW; `spectral` does that with one transform of x and one back.
 */
export type FourierFTForm = 'transform' | 'sparse' | 'spectral'

const forms: {
  readonly [Form in FourierFTForm]: {
    readonly product: (
      x: Tensor,
      spectrum: Tensor,
      frequencies: Frequencies,
      site: Site,
      scaling: number,
    ) => Tensor
    readonly flops: (n: number, site: Site, tokens: number) => number
  }
} = {
  transform: { product: transformProduct, flops: transformProductFlops },
  sparse: { product: sparseProduct, flops: sparseProductFlops },
  spectral: { product: spectralProduct, flops: spectralProductFlops },
}

/**
 * Fourier fine-tuning: ΔW is scaling · Re ifft2 of a spectrum that has n trained real entries, at frozen random
 * places, and zeros elsewhere: ΔW[r, s] = scaling / (out · in) Σ_t spectrum[t] cos(2π (u_t r / out + v_t s / in)).
 *
 * @source Gao, Wang, Chen, Liu, Wu, Chen, Li: Parameter-Efficient Fine-Tuning with Discrete Fourier Transform. arXiv
 * 2405.03003, section 3.
 */
export const fourierft = /* @__PURE__ */ defineMethod<FourierFTConfig, 'spectrum' | 'indices'>()({
  name: 'fourierft',
  peftType: 'FOURIERFT',
  paper: {
    title: 'Parameter-Efficient Fine-Tuning with Discrete Fourier Transform',
    source: 'arXiv 2405.03003',
    differences:
      'Each site draws its places from the same seed, as in PEFT, so that sites of one shape have the same ones; they are saved. Two further forms compute ΔW x without ΔW.',
  },
  options: {
    nFrequency: bySiteOption({
      doc: 'trained entries of the spectrum',
      alias: 'n',
      default: 1000,
      kind: 'integer',
    }),
    scaling: numberOption({ doc: 'ΔW is multiplied by it', default: 150 }),
    randomLocSeed: integerOption({ doc: 'seed of their places', alias: 'seed', default: 777, minimum: 0 }),
    init: choiceOption({ doc: 'what they are at first', choices: ['normal', 'zeros'], default: 'normal' }),
    form: choiceOption({
      doc: 'how ΔW x is computed',
      choices: Object.keys(forms) as FourierFTForm[],
      default: 'transform',
    }),
  },
  check: (config, site) => {
    const n = frequencyCountAt(config, site)
    const { path, inFeatures, outFeatures } = site
    if (n <= outFeatures * inFeatures) return
    throw new AdapterError(
      `${path}: nFrequency is ${n}; a layer [${outFeatures}, ${inFeatures}] has ${outFeatures * inFeatures} frequencies`,
    )
  },
  parameters: (config, site) => {
    const n = frequencyCountAt(config, site)
    return {
      spectrum: {
        key: 'fourierft_spectrum',
        shape: [n],
        initializer: config.init === 'normal' ? normal(1) : constant(0),
      },
      indices: {
        key: 'fourierft_indices',
        shape: [2, n],
        dtype: 'int32',
        initializer: randomFrequencies(config.randomLocSeed, site),
        trainable: false,
        redrawnWhenMissing: true,
        rowLimits: [site.outFeatures, site.inFeatures],
      },
    }
  },
  delta: ({ form, scaling }, site, { spectrum, indices }, x) =>
    forms[form].product(x, spectrum, frequenciesOf(indices), site, scaling),
  deltaWeight: ({ scaling }, site, { spectrum, indices }) =>
    inverseTransform(spectrum, frequenciesOf(indices), site, scaling),
  learningRateScale: () => 1,
  parameterCount: frequencyCountAt,
  flops: (config, site, tokens) => forms[config.form].flops(frequencyCountAt(config, site), site, tokens),
  fresh: ({ init }) =>
    init === 'zeros'
      ? 'changes nothing'
      : { changes: 'The spectrum begins as standard normal numbers, as in the paper and in PEFT.' },
  toPeft: (config, sites) => {
    const counts = toPeftPattern(sites, (site) => frequencyCountAt(config, site))
    return {
      fan_in_fan_out: sites.some(({ weightIsTransposed }) => weightIsTransposed),
      init_weights: config.init === 'zeros',
      n_frequency: counts.value,
      n_frequency_pattern: counts.pattern,
      random_loc_seed: config.randomLocSeed,
      scaling: config.scaling,
      // Not a field of PEFT's, so it is there only when it says something.
      form: config.form === 'transform' ? undefined : config.form,
    }
  },
  fromPeft: (fields, sites) => {
    refuseVariants(fields, { alpha: null, ifft2_norm: 'backward' })
    const count = numberField(fields, 'n_frequency', 'positive integer')
    return {
      nFrequency: fromPeftPattern(sites, count, fields, 'n_frequency_pattern', isPositiveInteger),
      scaling: numberField(fields, 'scaling', 'number'),
      randomLocSeed: numberField(fields, 'random_loc_seed', 'seed'),
      init: fields.init_weights === true ? 'zeros' : 'normal',
      form: formField(fields),
    }
  },
})

function frequencyCountAt({ nFrequency }: FourierFTConfig, site: Site): number {
  return valueAt(nFrequency, site, 'nFrequency')
}

function formField({ form = 'transform' }: JsonObject): FourierFTForm {
  const known = Object.keys(forms) as FourierFTForm[]
  const found = known.find((each) => each === form)
  if (found) return found
  throw new AdapterError(
    `adapter_config.json: form should be ${known.join(' or ')}, not ${JSON.stringify(form)}`,
  )
}
