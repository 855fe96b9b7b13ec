import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ByteSource } from '@gyre/safetensors'
import { tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { tinyLlama } from '../test/tiny-configs.js'
import { loadModel } from './checkpoint.js'
import { createModel, type Model } from './create-model.js'
import { openLlama2c } from './llama2c.js'
import { loadConfigFolder, loadModelFolder } from './node.js'

/** What llama2.c computes with, and its files do not say. */
const fixed = { rmsNormEps: 1e-5, ropeTheta: 10000, initializerRange: 0.02, bosTokenId: 1, eosTokenId: 2 }

/** A model as llama2.c writes it: the rotated rows of each head as neighbours. */
function llama2cFile(model: Model, { tied }: { tied: boolean }): Uint8Array {
  const { config } = model
  const heads = tinyLlama.numAttentionHeads
  const headSize = config.hiddenSize / heads
  const state = model.stateDict()
  const numbers: number[] = []
  const write = (name: string): void => {
    numbers.push(...state.get(name)!.dataSync())
  }
  const writeNeighbours = (name: string): void => {
    const data = state.get(name)!.dataSync()
    const width = config.hiddenSize
    for (let head = 0; head < data.length / width / headSize; head++) {
      for (let i = 0; i < headSize / 2; i++) {
        for (const row of [i, i + headSize / 2]) {
          const at = (head * headSize + row) * width
          numbers.push(...data.slice(at, at + width))
        }
      }
    }
  }
  const inLayers = (name: string, writeOne = write): void => {
    for (let i = 0; i < config.numHiddenLayers; i++) writeOne(`model.layers.${i}.${name}.weight`)
  }
  write('model.embed_tokens.weight')
  inLayers('input_layernorm')
  inLayers('self_attn.q_proj', writeNeighbours)
  inLayers('self_attn.k_proj', writeNeighbours)
  inLayers('self_attn.v_proj')
  inLayers('self_attn.o_proj')
  inLayers('post_attention_layernorm')
  inLayers('mlp.gate_proj')
  inLayers('mlp.down_proj')
  inLayers('mlp.up_proj')
  write('model.norm.weight')
  // Tables of cosines and sines, which nobody reads.
  numbers.push(...new Array(config.maxPositionEmbeddings * headSize).fill(Number.NaN))
  if (!tied) write('lm_head.weight')
  return withHeader(
    [
      config.hiddenSize,
      config.intermediateSize,
      config.numHiddenLayers,
      heads,
      tinyLlama.numKeyValueHeads,
      (tied ? 1 : -1) * config.vocabSize,
      config.maxPositionEmbeddings,
    ],
    Float32Array.from(numbers),
  )
}

function withHeader(sizes: readonly number[], numbers = new Float32Array(0)): Uint8Array {
  const bytes = new Uint8Array(4 * sizes.length + numbers.byteLength)
  bytes.set(new Uint8Array(Int32Array.from(sizes).buffer))
  bytes.set(new Uint8Array(numbers.buffer), 4 * sizes.length)
  return bytes
}

function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) }
}

describe.each([true, false])('a file of llama2.c, its head tied: %s,', (tied) => {
  const config = { ...tinyLlama, ...fixed, tieWordEmbeddings: tied }
  const model = createModel(config, { seed: 3 })

  it('is the model that it was written from', async () => {
    const loaded = await loadModel(await openLlama2c(sourceOf(llama2cFile(model, { tied })), 'tiny.bin'))
    expect(loaded.config).toEqual(config)
    const inputIds = tensor(Int32Array.of(3, 4, 5, 2), { shape: [1, 4] })
    const logits = (of: Model) => of.forward({ inputIds }).logits.dataSync()
    expect(logits(loaded)).toEqual(logits(model))
  })

  it('is found by its path, and in a folder without safetensors where it is alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gyre-llama2c-'))
    try {
      const path = join(folder, 'tiny.bin')
      await writeFile(path, llama2cFile(model, { tied }))
      for (const at of [path, folder]) {
        expect((await loadModelFolder(at)).config, at).toEqual(config)
        expect(await loadConfigFolder(at), at).toEqual({ config, task: 'causal-lm' })
      }
      await writeFile(join(folder, 'other.bin'), '')
      await expect(loadModelFolder(folder)).rejects.toThrow('config.json: there is no such file')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('a file that is not llama2.c’s', () => {
  const sizes = [16, 24, 2, 4, 2, 19, 16]

  it.each<[string, Uint8Array, string]>([
    ['is empty', new Uint8Array(0), "x.bin: has 0 bytes, and llama2.c's header alone 28"],
    [
      'is cut off',
      withHeader(sizes, new Float32Array(100)),
      'x.bin: the sizes in its header need 17180 bytes, and the file has 428',
    ],
    [
      'claims more than there is memory',
      withHeader([2 ** 30, 2 ** 30, 2 ** 30, 2, 1, 2 ** 30, 2 ** 30]),
      'x.bin: the sizes in its header need ',
    ],
    [
      'has no layers',
      withHeader([16, 24, 0, 4, 2, 19, 16]),
      'x.bin: its header says dim 16, hidden_dim 24, n_layers 0',
    ],
    ['has heads that do not divide it', withHeader([16, 24, 2, 3, 1, 19, 16]), 'n_heads 3'],
    ['has key heads that do not divide its heads', withHeader([16, 24, 2, 4, 3, 19, 16]), 'n_kv_heads 3'],
    ['is of a later version', withHeader([0x616b3432, 1, 16, 24, 2, 4, 2]), 'which is no LLaMA in llama2.c'],
  ])('%s, and is refused before anything is read', async (_what, bytes, message) => {
    await expect(openLlama2c(sourceOf(bytes), 'x.bin')).rejects.toThrow(message)
  })
})
