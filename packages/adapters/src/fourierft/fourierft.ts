import { constant, normal } from '@gyre/nn'
import { matmul, type Tensor } from '@gyre/tensor'
import { AdapterError } from '../errors.js'
import { defineMethod, type Site } from '../method.js'
import { choiceOption, integerOption, numberOption } from '../option-syntax.js'
import { numberField, refuseVariants } from '../peft-fields.js'
import { frequenciesOf, randomFrequencies } from './frequencies.js'
import { inverseTransform, inverseTransformFlops } from './inverse-transform.js'
import { sparseProduct, sparseProductFlops } from './sparse-product.js'

export interface FourierFTConfig {
  /** How many entries of the spectrum of ΔW are trained at each site. */
  readonly nFrequency: number
  /** ΔW is multiplied by it. */
  readonly scaling: number
  /** Seed of the places of those entries. */
  readonly randomLocSeed: number
  /** What the entries are at first. */
  readonly init: 'normal' | 'zeros'
  /** How ΔW x is computed: with ΔW, made by a Fourier transform, or from the single waves. */
  readonly form: 'transform' | 'sparse'
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
      'Each site draws its places from the same seed, as in PEFT, so that sites of one shape have the same ones; they are saved. A second form computes ΔW x without ΔW.',
  },
  options: {
    nFrequency: integerOption({
      doc: 'trained entries of the spectrum',
      alias: 'n',
      default: 1000,
      minimum: 1,
    }),
    scaling: numberOption({ doc: 'ΔW is multiplied by it', alias: 'alpha', default: 150 }),
    randomLocSeed: integerOption({ doc: 'seed of their places', alias: 'seed', default: 777, minimum: 0 }),
    init: choiceOption({ doc: 'what they are at first', choices: ['normal', 'zeros'], default: 'normal' }),
    form: choiceOption({
      doc: 'make ΔW by a Fourier transform, or go without it',
      choices: ['transform', 'sparse'],
      default: 'transform',
    }),
  },
  check: ({ nFrequency }, { path, inFeatures, outFeatures }) => {
    if (nFrequency <= outFeatures * inFeatures) return
    throw new AdapterError(
      `${path}: nFrequency is ${nFrequency}; a layer [${outFeatures}, ${inFeatures}] has ${outFeatures * inFeatures} frequencies`,
    )
  },
  parameters: ({ nFrequency, randomLocSeed, init }, site) => ({
    spectrum: {
      key: 'fourierft_spectrum',
      shape: [nFrequency],
      initializer: init === 'normal' ? normal(1) : constant(0),
    },
    indices: {
      key: 'fourierft_indices',
      shape: [2, nFrequency],
      dtype: 'int32',
      initializer: randomFrequencies(randomLocSeed, site),
      trainable: false,
      redrawnWhenMissing: true,
    },
  }),
  delta: (config, site, { spectrum, indices }, x) =>
    config.form === 'sparse'
      ? sparseProduct(x, spectrum, frequenciesOf(indices), site, config.scaling)
      : matmul(x, deltaWeight(config, site, { spectrum, indices }), { transposeB: true }),
  deltaWeight,
  learningRateScale: () => 1,
  parameterCount: ({ nFrequency }) => nFrequency,
  flops: ({ nFrequency, form }, site, tokens) =>
    form === 'sparse'
      ? sparseProductFlops(nFrequency, site, tokens)
      : inverseTransformFlops(nFrequency, site) + tokens * 2 * site.outFeatures * site.inFeatures,
  fresh: ({ init }) =>
    init === 'zeros'
      ? 'changes nothing'
      : { changes: 'The spectrum begins as standard normal numbers, as in the paper and in PEFT.' },
  toPeft: ({ nFrequency, scaling, randomLocSeed, init, form }) => ({
    n_frequency: nFrequency,
    scaling,
    random_loc_seed: randomLocSeed,
    init_weights: init === 'zeros',
    // Not a field of PEFT's, so it is there only when it says something.
    form: form === 'transform' ? undefined : form,
  }),
  fromPeft: (fields) => {
    refuseVariants(fields, { bias: 'none', n_frequency_pattern: {}, alpha: null, ifft2_norm: 'backward' })
    if (fields.form !== undefined && fields.form !== 'transform' && fields.form !== 'sparse') {
      throw new AdapterError(
        `adapter_config.json: form should be transform or sparse, not ${JSON.stringify(fields.form)}`,
      )
    }
    return {
      nFrequency: numberField(fields, 'n_frequency', 'positive integer'),
      scaling: numberField(fields, 'scaling', 'number'),
      randomLocSeed: numberField(fields, 'random_loc_seed', 'seed'),
      init: fields.init_weights === true ? 'zeros' : 'normal',
      form: fields.form,
    }
  },
})

function deltaWeight(
  { scaling }: FourierFTConfig,
  site: Site,
  { spectrum, indices }: { readonly spectrum: Tensor; readonly indices: Tensor },
): Tensor {
  return inverseTransform(spectrum, frequenciesOf(indices), site, scaling)
}
