import {
  AdapterError,
  choiceOption,
  defineMethod,
  fromPeftPattern,
  isPositiveInteger,
  numberField,
  toPeftPattern,
} from '@gyre/adapters'
import { constant, normal, uniform } from '@gyre/nn'
import { blockCirculant } from '@gyre/tensor'
import { toDense } from '../block-circulant-algebra.js'
import { blockCirculantFlops } from '../block-circulant-flops.js'
import { type BlockSize, blockSizeAt, blockSizeOption, blocksAt } from '../block-size.js'
import { bcaKernel } from './kernel.js'

/** How a kernel begins. All but zeros change the model before it is trained. */
export type C3aInit = 'xavier-uniform' | 'kaiming-uniform' | 'gaussian' | 'zeros'

export interface C3aConfig {
  readonly blockSize: BlockSize
  readonly init: C3aInit
}

/**
 * Circular convolution adaptation: ΔW is block-circulant as BCA's is, in another parametrisation. Block (i, j) is given by
 * its first row, and all of it is divided by the layer's inputs: `ΔW[r, s] = w[i, j, (s - r) mod p] / in`.
 *
 * @source Chen et al.: Parameter-Efficient Fine-Tuning via Circular Convolution. arXiv 2407.19342, section 3.
 */
export const c3a = /* @__PURE__ */ defineMethod<C3aConfig, 'kernel'>()({
  name: 'c3a',
  peftType: 'C3A',
  paper: {
    title: 'Parameter-Efficient Fine-Tuning via Circular Convolution',
    source: 'arXiv 2407.19342',
    differences:
      "Parametrised and initialised as in Hugging Face PEFT. Its gradients are the product's own; PEFT's for the layer's input is another.",
  },
  options: {
    blockSize: blockSizeOption,
    init: choiceOption({
      doc: 'how kernels begin',
      default: 'xavier-uniform',
      choices: ['xavier-uniform', 'kaiming-uniform', 'gaussian', 'zeros'],
    }),
  },
  check: ({ blockSize }, site) => {
    blockSizeAt(blockSize, site)
  },
  parameters: ({ blockSize, init }, site) => {
    const { q, k, p } = blocksAt(blockSize, site)
    const initializer = initializers[init](site.inFeatures, site.outFeatures)
    return { kernel: { key: 'c3a_kernel', shape: [q, k, p], initializer } }
  },
  delta: (_config, _site, { kernel }, x) => blockCirculant(x, bcaKernel(kernel)),
  deltaWeight: (_config, _site, { kernel }) => toDense(bcaKernel(kernel)),
  learningRateScale: () => 1,
  parameterCount: ({ blockSize }, site) =>
    (site.outFeatures * site.inFeatures) / blockSizeAt(blockSize, site),
  flops: ({ blockSize }, site, tokens) => {
    const blocks = blocksAt(blockSize, site)
    // Each number of the kernel is scaled once; reversing it moves data only.
    return blocks.q * blocks.k * blocks.p + blockCirculantFlops(blocks, tokens)
  },
  fresh: ({ init }) =>
    init === 'zeros' ? 'changes nothing' : { changes: `its kernels begin with random numbers (${init})` },
  toPeft: ({ blockSize, init }, sites) => {
    const sizes = toPeftPattern(sites, (site) => blockSizeAt(blockSize, site))
    return { block_size: sizes.value, block_size_pattern: sizes.pattern, init_weights: peftInits[init] }
  },
  fromPeft: (fields, sites) => {
    const usual = numberField(fields, 'block_size', 'positive integer')
    const { init_weights = 'xavier_uniform' } = fields
    // PEFT takes false for Xavier, too.
    const named = init_weights === false ? 'xavier_uniform' : init_weights
    const init = (Object.keys(peftInits) as C3aInit[]).find((name) => peftInits[name] === named)
    if (init === undefined) {
      const known = Object.values(peftInits).map((value) => JSON.stringify(value))
      throw new AdapterError(
        `adapter_config.json: init_weights should be ${known.join(', ')} or false, not ${JSON.stringify(named)}`,
      )
    }
    return { blockSize: fromPeftPattern(sites, usual, fields, 'block_size_pattern', isPositiveInteger), init }
  },
})

const initializers = {
  'xavier-uniform': (inputs: number, outputs: number) => uniform(Math.sqrt(6 / (inputs + outputs))),
  'kaiming-uniform': (inputs: number) => uniform(inputs ** -0.5),
  gaussian: () => normal(1),
  zeros: () => constant(0),
} as const satisfies { readonly [Name in C3aInit]: unknown }

/** PEFT's `init_weights`; its true stands for zeros. */
const peftInits: { readonly [Name in C3aInit]: string | true } = {
  'xavier-uniform': 'xavier_uniform',
  'kaiming-uniform': 'kaiming_uniform',
  gaussian: 'gaussian',
  zeros: true,
}
