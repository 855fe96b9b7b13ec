import { type Adapter, type AdapterMethod, inject, type Site } from '@gyre/adapters'
import { cost, trace } from '@gyre/graph'
import { irfft, rfft, type Shape, type Tensor } from '@gyre/tensor'
import { type AdapterMethodName, parseMethod } from '@gyre/train'
import { createModel, type PresetName, presets } from '@gyre/transformers'
import { queryAndValueTargets } from './every-method.js'
import { frozenNumbers } from './frozen-numbers.js'

/** One way to count what the paper compares: which number, of which method, on which model. */
export interface ClaimRow {
  /** The factor that the paper gives. */
  readonly claim: string
  readonly claimed: number
  readonly model: PresetName
  /** What is counted. */
  readonly convention: string
  /** The other method and its number. */
  readonly other: string
  readonly otherCount: number
  /** BCA and its number. */
  readonly bca: string
  readonly bcaCount: number
  /** The other number over BCA's. */
  readonly ratio: number
  /** Whether the ratio, rounded, is at least the claimed one. */
  readonly holds: boolean
}

/** Tokens that share what a method does once per call, in the rows of FLOPs. */
const tokens = 128

/**
 * The three factors in the abstract of the paper, each under the conventions by which one may count. All numbers come
 * from the methods: parameters from adapters that are injected into the models, FLOPs from closed forms that tests
 * hold to traces, and transforms from a trace.
 *
 * @source Ding, Wang, Liao, Wang: Block Circulant Adapter for Large Language Models. arXiv 2505.00582, abstract.
 */
export function paperClaims(): ClaimRow[] {
  return [...fewerThanLora(), ...fewerThanVera(), ...cheaperThanFourierFT()]
}

const trained = 'trained numbers, of queries and values'

function fewerThanLora(): ClaimRow[] {
  return trainedRows({ claim: '16× fewer parameters than LoRA', claimed: 16 }, [
    ['roberta-base', 'lora:r=8', 'bca:p=768'],
    ['roberta-large', 'lora:r=8', 'bca:p=1024'],
    ['llama2-7b', 'lora:r=64', 'bca:p=512'],
  ])
}

function fewerThanVera(): ClaimRow[] {
  const claim = { claim: '14× fewer parameters than VeRA', claimed: 14 }
  const rows = trainedRows(claim, [
    ['roberta-base', 'vera:r=1024', 'bca:p=768'],
    ['roberta-large', 'vera:r=256', 'bca:p=1024'],
    ['llama2-7b', 'vera:r=1024', 'bca:p=512'],
  ])
  const [model, other, bca] = ['roberta-base', 'vera:r=1024', 'bca:p=128'] as const
  const withBases = adapterOf(model, other)
  const otherCount = withBases.countParameters().adapter + frozenNumbers(withBases)
  const convention = `${trained}, and VeRA’s frozen bases`
  return [
    ...rows,
    row({ ...claim, convention, model, other, otherCount, bca, bcaCount: trainedBy(model, bca) }),
  ]
}

function trainedRows(
  claim: Pick<ClaimRow, 'claim' | 'claimed'>,
  settings: readonly (readonly [model: PresetName, other: MethodText, bca: MethodText])[],
): ClaimRow[] {
  return settings.map(([model, other, bca]) => {
    const counts = { otherCount: trainedBy(model, other), bcaCount: trainedBy(model, bca) }
    return row({ ...claim, convention: trained, model, other, bca, ...counts })
  })
}

function cheaperThanFourierFT(): ClaimRow[] {
  const model = 'roberta-base'
  const bca = 'bca:p=768'
  const claim = { claim: '32× fewer FLOPs than FourierFT', claimed: 32, model, bca } as const
  const { site } = adapterOf(model, bca).sites[0]!
  const bcaMethod = methodOf(model, bca)
  const transformed = methodOf(model, 'fourierft:n=1000')
  const spectral = methodOf(model, 'fourierft:n=1000:form=spectral')
  const perToken = (method: AdapterMethod): number => method.flops(site, tokens) / tokens
  const everything = `of a query per token: everything, ${tokens} tokens in a call`
  return [
    row({
      ...claim,
      convention:
        'of a query per token: the product with ΔW against two transforms of length p, nothing else',
      other: transformed.label,
      // What a further token costs: without the transform that makes ΔW once per call.
      otherCount: transformed.flops(site, 2) - transformed.flops(site, 1),
      bcaCount: transformsOf(site),
    }),
    row({
      ...claim,
      convention: everything,
      other: transformed.label,
      otherCount: perToken(transformed),
      bcaCount: perToken(bcaMethod),
    }),
    row({
      ...claim,
      convention: everything,
      other: spectral.label,
      otherCount: perToken(spectral),
      bcaCount: perToken(bcaMethod),
    }),
  ]
}

function row(counted: Omit<ClaimRow, 'ratio' | 'holds'>): ClaimRow {
  const ratio = counted.otherCount / counted.bcaCount
  return { ...counted, ratio, holds: Math.round(ratio) >= counted.claimed }
}

type MethodText = AdapterMethodName | `${AdapterMethodName}:${string}`

function methodOf(model: PresetName, text: MethodText): AdapterMethod {
  const parsed = parseMethod(text, { targets: queryAndValueTargets(presets[model]) })
  if (parsed.kind !== 'adapter') throw new TypeError(`${text} is no adapter`)
  return parsed.method
}

function adapterOf(model: PresetName, text: MethodText): Adapter {
  return inject(createModel(presets[model], { seed: 0 }), methodOf(model, text))
}

function trainedBy(model: PresetName, text: MethodText): number {
  return adapterOf(model, text).countParameters().adapter
}

/** FLOPs of one block's transform and of one back, of a square layer that is one block; traced. */
function transformsOf({ inFeatures }: Site): number {
  const thereAndBack = (x: Tensor<Shape, 'float32'>) => irfft(rfft(x), { n: inFeatures })
  return cost(trace(thereAndBack)({ shape: [inFeatures], dtype: 'float32' })).flops
}
