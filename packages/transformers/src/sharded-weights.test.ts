import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tinyGpt2 } from '../test/tiny-configs.js'
import { saveModel } from './checkpoint.js'
import { createModel, type Model } from './create-model.js'
import { loadModelFolder } from './node.js'

const model = createModel(tinyGpt2, { seed: 1 })
const shardNames = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const
const index = 'model.safetensors.index.json'
const lastTensor = 'transformer.ln_f.bias'

let folder: string
let shards: [string, WritableTensor][][]
let config: string
beforeAll(async () => {
  const files = await saveModel(model)
  config = files['config.json']
  const file = readSafetensors(files['model.safetensors'])
  const tensors = [...file.entries.keys()].map((name): [string, WritableTensor] => [name, file.get(name)])
  shards = [tensors.slice(0, 9), tensors.slice(9)]
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A folder of two shards, with some entries of the index changed, and some files left out. */
async function shardedFolder({
  weightMap = {},
  without = [],
}: {
  readonly weightMap?: { readonly [name: string]: unknown }
  readonly without?: readonly string[]
} = {}): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), 'gyre-shards-'))
  const path = await mkdtemp(join(folder, 'model-'))
  const map: { [name: string]: unknown } = {}
  await writeFile(join(path, 'config.json'), config)
  for (const [i, shard] of shards.entries()) {
    for (const [name] of shard) map[name] = shardNames[i]
    if (!without.includes(shardNames[i]!))
      await writeFile(join(path, shardNames[i]!), writeSafetensors(shard))
  }
  const entries = Object.entries({ ...map, ...weightMap }).filter(([, file]) => file !== undefined)
  const contents = { metadata: { total_size: 1 }, weight_map: Object.fromEntries(entries) }
  await writeFile(join(path, index), JSON.stringify(contents))
  return path
}

const numbersOf = (loaded: Model) =>
  new Map([...loaded.stateDict()].map(([name, value]) => [name, value.dataSync()]))

describe('a checkpoint in several files', () => {
  it('is the model that it was in one', async () => {
    const path = await shardedFolder()
    expect(await readdir(path)).not.toContain('model.safetensors')
    expect(numbersOf(await loadModelFolder(path))).toEqual(numbersOf(model))
  })

  it('is refused without one of them, which is named', async () => {
    const path = await shardedFolder({ without: [shardNames[1]] })
    const first = shards[1]![0]![0]
    await expect(loadModelFolder(path)).rejects.toThrow(
      `${join(path, shardNames[1])}: there is no such file, where ${index} has ${first}`,
    )
  })

  it.each(['../secret.safetensors', '/etc/passwd', 'a/b.safetensors', 'a\\b.safetensors', '..', '', 3, null])(
    'does not leave its folder for %j',
    async (file) => {
      const path = await shardedFolder({ weightMap: { [lastTensor]: file } })
      await expect(loadModelFolder(path)).rejects.toThrow(
        `${join(path, index)}: ${lastTensor} should be in a file of the same folder, not ${JSON.stringify(file)}`,
      )
    },
  )

  it('is refused where the index and the files disagree', async () => {
    const moved = await shardedFolder({ weightMap: { [lastTensor]: shardNames[0] } })
    await expect(loadModelFolder(moved)).rejects.toThrow(
      `${join(moved, index)}: ${lastTensor} should be in ${shardNames[0]}, and is not`,
    )
    const unlisted = await shardedFolder({ weightMap: { [lastTensor]: undefined } })
    await expect(loadModelFolder(unlisted)).rejects.toThrow(
      `${join(unlisted, index)}: does not list ${lastTensor} of ${shardNames[1]}`,
    )
  })

  it('is refused with an index that is none', async () => {
    const path = await shardedFolder()
    await writeFile(join(path, index), '{}')
    await expect(loadModelFolder(path)).rejects.toThrow(
      `${join(path, index)}: weight_map should be an object, not undefined`,
    )
    await writeFile(join(path, index), '{')
    await expect(loadModelFolder(path)).rejects.toThrow(`${join(path, index)}: `)
  })
})
