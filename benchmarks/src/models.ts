/** A model as every system builds it. Parameters have the names of Hugging Face's RoBERTa and LLaMA. */
export interface ModelSpec {
  readonly name: string
  readonly architecture: 'encoder' | 'decoder'
  readonly vocabulary: number
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  readonly intermediate: number
  readonly batch: number
  readonly length: number
}

export type AdapterMethod =
  | { readonly adapter: 'lora'; readonly r: number }
  | { readonly adapter: 'bca'; readonly p: number }

/** How a parameter begins: `hashedFloats(seed, …, scale)`, or all the same. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly seed: number
  readonly scale: number
  /** Added to each number; with scale 0 the parameter is constant. */
  readonly offset: number
}

/** RoBERTa with a classifier of two classes. */
export const enc256: ModelSpec = {
  name: 'enc256',
  architecture: 'encoder',
  vocabulary: 8192,
  hidden: 256,
  layers: 4,
  heads: 4,
  intermediate: 1024,
  batch: 16,
  length: 64,
}

/** LLaMA. */
export const dec512: ModelSpec = {
  name: 'dec512',
  architecture: 'decoder',
  vocabulary: 4096,
  hidden: 512,
  layers: 4,
  heads: 8,
  intermediate: 1376,
  batch: 4,
  length: 128,
}

/** RoBERTa's first positions belong to padding, which nothing here has. */
export const firstPosition = 2

/** Uniform numbers with the standard deviation 0.02 of both models' initialisation. */
const weightScale = 0.02 * Math.sqrt(3)

type Declare = (name: string, shape: readonly number[], scale: number, offset?: number) => void

export function parametersOf(model: ModelSpec): ParameterSpec[] {
  return declared(1000, model.architecture === 'encoder' ? encoder(model) : decoder(model))
}

/** What an adapter adds: to the query and value projections of every layer. */
export function adapterParametersOf(model: ModelSpec, method: AdapterMethod): ParameterSpec[] {
  const { hidden } = model
  return declared(5000, (declare) => {
    for (const site of adapterSites(model)) {
      if (method.adapter === 'bca') {
        const blocks = hidden / method.p
        declare(`${site}.bca_kernel`, [blocks, blocks, method.p], 0)
      } else {
        declare(`${site}.lora_A.weight`, [method.r, hidden], hidden ** -0.5)
        declare(`${site}.lora_B.weight`, [hidden, method.r], 0)
      }
    }
  })
}

export function adapterTargets({ architecture }: ModelSpec): readonly string[] {
  return architecture === 'encoder' ? ['query', 'value'] : ['q_proj', 'v_proj']
}

/** What is trained beside an adapter: a classifier is fresh. */
export function trainedHead({ architecture }: ModelSpec): readonly string[] {
  return architecture === 'encoder' ? ['classifier'] : []
}

function adapterSites(model: ModelSpec): string[] {
  const path = model.architecture === 'encoder' ? encoderAttention : decoderAttention
  return Array.from({ length: model.layers }, (_, layer) =>
    adapterTargets(model).map((target) => `${path(layer)}.${target}`),
  ).flat()
}

const encoderAttention = (layer: number) => `roberta.encoder.layer.${layer}.attention.self`
const decoderAttention = (layer: number) => `model.layers.${layer}.self_attn`

/** Parameters in the order of their declaration, seeded one after the other. */
function declared(firstSeed: number, declareAll: (declare: Declare) => void): ParameterSpec[] {
  const parameters: ParameterSpec[] = []
  declareAll((name, shape, scale, offset = 0) => {
    parameters.push({ name, shape, seed: firstSeed + parameters.length, scale, offset })
  })
  return parameters
}

function encoder(model: ModelSpec): (declare: Declare) => void {
  const { vocabulary, hidden, layers, intermediate, length } = model
  return (declare) => {
    const linear = (path: string, output: number, input: number) => {
      declare(`${path}.weight`, [output, input], weightScale)
      declare(`${path}.bias`, [output], 0)
    }
    const norm = (path: string) => {
      declare(`${path}.weight`, [hidden], 0, 1)
      declare(`${path}.bias`, [hidden], 0)
    }
    declare('roberta.embeddings.word_embeddings.weight', [vocabulary, hidden], weightScale)
    declare('roberta.embeddings.position_embeddings.weight', [firstPosition + length, hidden], weightScale)
    declare('roberta.embeddings.token_type_embeddings.weight', [1, hidden], weightScale)
    norm('roberta.embeddings.LayerNorm')
    for (let layer = 0; layer < layers; layer++) {
      const path = `roberta.encoder.layer.${layer}`
      for (const part of ['query', 'key', 'value']) {
        linear(`${encoderAttention(layer)}.${part}`, hidden, hidden)
      }
      linear(`${path}.attention.output.dense`, hidden, hidden)
      norm(`${path}.attention.output.LayerNorm`)
      linear(`${path}.intermediate.dense`, intermediate, hidden)
      linear(`${path}.output.dense`, hidden, intermediate)
      norm(`${path}.output.LayerNorm`)
    }
    linear('classifier.dense', hidden, hidden)
    linear('classifier.out_proj', 2, hidden)
  }
}

function decoder({ vocabulary, hidden, layers, intermediate }: ModelSpec): (declare: Declare) => void {
  return (declare) => {
    const linear = (path: string, output: number, input: number) =>
      declare(`${path}.weight`, [output, input], weightScale)
    const norm = (path: string) => declare(`${path}.weight`, [hidden], 0, 1)
    linear('model.embed_tokens', vocabulary, hidden)
    for (let layer = 0; layer < layers; layer++) {
      const path = `model.layers.${layer}`
      for (const part of ['q_proj', 'k_proj', 'v_proj', 'o_proj']) {
        linear(`${decoderAttention(layer)}.${part}`, hidden, hidden)
      }
      linear(`${path}.mlp.gate_proj`, intermediate, hidden)
      linear(`${path}.mlp.up_proj`, intermediate, hidden)
      linear(`${path}.mlp.down_proj`, hidden, intermediate)
      norm(`${path}.input_layernorm`)
      norm(`${path}.post_attention_layernorm`)
    }
    norm('model.norm')
    linear('lm_head', vocabulary, hidden)
  }
}
