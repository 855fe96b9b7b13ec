import type { ByteSource, LazySafetensorsFile, TensorData, TensorEntry } from '@gyre/safetensors'
import type { CheckpointSource } from './checkpoint.js'
import { formatConfig } from './config.js'
import { CheckpointError } from './errors.js'
import { LlamaForCausalLM } from './llama.js'
import type { LlamaConfig } from './llama-config.js'

// The legacy format of Karpathy's llama2.c (legacy_export in its export.py): seven int32 sizes, then float32 numbers, all
// little-endian. Each kind of tensor stands there once for all layers.

const headerBytes = 7 * Int32Array.BYTES_PER_ELEMENT
const floatBytes = Float32Array.BYTES_PER_ELEMENT

/** A checkpoint from a file of llama2.c: its configuration, and its tensors under Hugging Face's names, one at a time. */
export async function openLlama2c(file: ByteSource, name: string): Promise<CheckpointSource> {
  const config = await readHeader(file, name)
  const byteLength = headerBytes + floatBytes * countNumbers(config)
  if (file.size !== byteLength) {
    throw new CheckpointError(
      `${name}: the sizes in its header need ${byteLength} bytes, and the file has ${file.size}; it is cut off or not in llama2.c's legacy format`,
    )
  }
  const entries = layOut(config)
  const get: LazySafetensorsFile['get'] = async (key) => {
    const entry = entries.get(key)!
    const bytes = await file.read(entry.offset, entry.byteLength)
    if (bytes.length !== entry.byteLength) throw new CheckpointError(`${name}: is cut off within ${key}`)
    const aligned = bytes.byteOffset % floatBytes === 0 ? bytes : Uint8Array.from(bytes)
    const data = new Float32Array(
      aligned.buffer as ArrayBuffer,
      aligned.byteOffset,
      bytes.length / floatBytes,
    )
    const isRotated = /\.(q|k)_proj\.weight$/.test(key)
    return { ...entry, dtype: 'F32', data: isRotated ? separatePairs(data, config) : data } as TensorData
  }
  return {
    config: formatConfig(config, LlamaForCausalLM.architecture),
    weights: { entries, metadata: new Map(), get },
    name,
    weightsName: name,
  }
}

async function readHeader(file: ByteSource, name: string): Promise<LlamaConfig> {
  const bytes = await file.read(0, Math.min(headerBytes, file.size))
  if (bytes.length < headerBytes) {
    throw new CheckpointError(`${name}: has ${file.size} bytes, and llama2.c's header alone ${headerBytes}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes)
  const sizes = Array.from({ length: 7 }, (_, i) => view.getInt32(i * Int32Array.BYTES_PER_ELEMENT, true))
  const [dim, hidden, layers, heads, keyValueHeads, vocab, positions] = sizes as [
    ...[number, number, number, number, number, number, number],
  ]
  const isValid =
    [dim, hidden, layers, heads, keyValueHeads, Math.abs(vocab), positions].every((size) => size > 0) &&
    dim % (2 * heads) === 0 &&
    heads % keyValueHeads === 0
  if (!isValid) {
    throw new CheckpointError(
      `${name}: its header says dim ${dim}, hidden_dim ${hidden}, n_layers ${layers}, n_heads ${heads}, n_kv_heads ${keyValueHeads}, vocab_size ${vocab}, seq_len ${positions}, which is no LLaMA in llama2.c's legacy format`,
    )
  }
  return {
    modelType: 'llama',
    // A negative size says that the head has numbers of its own.
    vocabSize: Math.abs(vocab),
    tieWordEmbeddings: vocab > 0,
    hiddenSize: dim,
    intermediateSize: hidden,
    numHiddenLayers: layers,
    numAttentionHeads: heads,
    numKeyValueHeads: keyValueHeads,
    maxPositionEmbeddings: positions,
    // The file does not say these; llama2.c computes with them.
    rmsNormEps: 1e-5,
    ropeTheta: 10000,
    initializerRange: 0.02,
    bosTokenId: 1,
    eosTokenId: 2,
  }
}

interface Sizes {
  readonly dim: number
  readonly keyValueDim: number
  /** Numbers in the tables of cosines and sines, which follow from the configuration. */
  readonly tables: number
}

function sizesOf(config: LlamaConfig): Sizes {
  const headSize = config.hiddenSize / config.numAttentionHeads
  return {
    dim: config.hiddenSize,
    keyValueDim: headSize * config.numKeyValueHeads,
    tables: config.maxPositionEmbeddings * headSize,
  }
}

/** From the sizes alone: nothing is made for a header that lies. */
function countNumbers(config: LlamaConfig): number {
  const { dim, keyValueDim, tables } = sizesOf(config)
  const { vocabSize, intermediateSize, numHiddenLayers, tieWordEmbeddings } = config
  const embedding = vocabSize * dim
  const layer = 2 * dim + 2 * dim * dim + 2 * keyValueDim * dim + 3 * intermediateSize * dim
  return embedding + numHiddenLayers * layer + dim + tables + (tieWordEmbeddings ? 0 : embedding)
}

/** Where each tensor is. */
function layOut(config: LlamaConfig): Map<string, TensorEntry> {
  const { dim, keyValueDim, tables } = sizesOf(config)
  const { vocabSize, intermediateSize: hidden, numHiddenLayers, tieWordEmbeddings } = config
  const entries = new Map<string, TensorEntry>()
  let offset = headerBytes
  const place = (name: string, ...shape: number[]): void => {
    const byteLength = floatBytes * shape.reduce((size, dim) => size * dim, 1)
    entries.set(name, { name, dtype: 'F32', shape, offset, byteLength })
    offset += byteLength
  }
  const placeInLayers = (name: string, ...shape: number[]): void => {
    for (let i = 0; i < numHiddenLayers; i++) place(`model.layers.${i}.${name}.weight`, ...shape)
  }
  place('model.embed_tokens.weight', vocabSize, dim)
  placeInLayers('input_layernorm', dim)
  placeInLayers('self_attn.q_proj', dim, dim)
  placeInLayers('self_attn.k_proj', keyValueDim, dim)
  placeInLayers('self_attn.v_proj', keyValueDim, dim)
  placeInLayers('self_attn.o_proj', dim, dim)
  placeInLayers('post_attention_layernorm', dim)
  placeInLayers('mlp.gate_proj', hidden, dim)
  placeInLayers('mlp.down_proj', dim, hidden)
  placeInLayers('mlp.up_proj', hidden, dim)
  place('model.norm.weight', dim)
  offset += floatBytes * tables
  if (!tieWordEmbeddings) place('lm_head.weight', vocabSize, dim)
  return entries
}

/**
 * The rows of a query's or key's weight in the order that Hugging Face's rotary embedding wants. llama2.c rotates
 * neighbours, rows 2i and 2i + 1 of each head; Hugging Face rotates rows i and i + D/2.
 */
function separatePairs(weight: Float32Array, { hiddenSize, numAttentionHeads }: LlamaConfig): Float32Array {
  const headSize = hiddenSize / numAttentionHeads
  const rows = weight.length / hiddenSize
  const separated = new Float32Array(weight.length)
  for (let row = 0; row < rows; row++) {
    const inHead = row % headSize
    const from = row - inHead + 2 * (inHead % (headSize / 2)) + Math.floor(inHead / (headSize / 2))
    separated.set(weight.subarray(from * hiddenSize, (from + 1) * hiddenSize), row * hiddenSize)
  }
  return separated
}
