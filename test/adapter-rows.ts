import { type AnyMethodFactory, configure } from '@gyre/adapters'
import { type AdapterConfigs, type AdapterMethodName, adapterMethods } from '@gyre/train'
import type { Model } from '@gyre/transformers'
import { tinyGpt2, tinyLlama, tinyRoberta } from './tiny-models.js'

/** By the last word of a layer's path. */
const blockSizes = {
  query: 6,
  value: 2,
  dense: 12,
  q_proj: 8,
  v_proj: 3,
  up_proj: 4,
  c_proj: 8,
  c_fc: 4,
}

/** Configurations that every law is tried on; a method without a row does not compile. */
const configs: {
  readonly [Name in AdapterMethodName]: readonly Omit<AdapterConfigs[Name], 'targets' | 'modulesToSave'>[]
} = {
  bca: [
    { blockSize: 4 },
    { blockSize: 3, scaleLearningRate: false },
    { blockSize: 1 },
    { blockSize: 'max:8' },
    { blockSize: blockSizes },
  ],
  c3a: [
    { blockSize: 4 },
    { blockSize: 3, init: 'gaussian' },
    { blockSize: 1, init: 'kaiming-uniform' },
    { blockSize: 'max:8', init: 'zeros' },
    { blockSize: blockSizes },
  ],
  cdvft: [{ alpha: 1 }, { alpha: 0.5 }],
  fourierft: [
    { nFrequency: 30 },
    {
      nFrequency: {
        query: 9,
        value: 30,
        dense: 40,
        q_proj: 30,
        v_proj: 20,
        up_proj: 10,
        c_proj: 9,
        c_fc: 30,
      },
      form: 'sparse',
    },
    { nFrequency: 30, form: 'spectral' },
    { nFrequency: 7, scaling: 20, randomLocSeed: 1, init: 'zeros' },
  ],
  lora: [
    { r: 4, alpha: 8 },
    { r: 1, alpha: 3 },
    { r: 5, alpha: 2, useRslora: true },
    {
      r: { query: 2, value: 3, dense: 4, q_proj: 2, v_proj: 1, up_proj: 4, c_proj: 2, c_fc: 1 },
      alpha: 6,
    },
  ],
  vera: [{ r: 4 }, { r: 7, projectionPrngKey: 3, dInitial: 0.5 }],
}

/** Square layers of each model, and rectangular ones; RoBERTa also saves its classifier, and GPT-2 has its weights transposed. */
const models: readonly {
  readonly name: string
  readonly create: () => Model
  readonly square: readonly string[]
  readonly rectangular: readonly string[]
  readonly modulesToSave?: readonly string[]
}[] = [
  {
    name: 'RoBERTa',
    create: tinyRoberta,
    square: ['query', 'value'],
    rectangular: ['intermediate.dense'],
    modulesToSave: ['classifier'],
  },
  { name: 'LLaMA', create: tinyLlama, square: ['q_proj'], rectangular: ['v_proj', 'up_proj'] },
  { name: 'GPT-2', create: tinyGpt2, square: ['attn.c_proj'], rectangular: ['c_fc'] },
]

const squareOnly: readonly string[] = ['cdvft'] satisfies AdapterMethodName[]

/** Every configuration in every model. */
export const adapterRows = models.flatMap(({ name, create, square, rectangular, modulesToSave }) =>
  Object.entries(adapterMethods as { [name: string]: AnyMethodFactory }).flatMap(([methodName, factory]) =>
    configs[methodName as AdapterMethodName].map((config) => {
      const targets = squareOnly.includes(methodName) ? square : [...square, ...rectangular]
      const method = configure(factory, { ...config, targets, modulesToSave })
      return { row: `${method.label} in ${name}`, create, method }
    }),
  ),
)
