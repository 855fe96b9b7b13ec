import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors, type TensorData } from '@gyre/safetensors'
import { describe, expect, it } from 'vitest'
import { fixturePath } from './fixture-files.js'
import { relmax } from './relmax.js'
import { complaintOf, flags, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'

const timeout = 240_000
const folder = temporaryFolder()
let folders = 0
const newFolder = (): string => join(folder, `out-${folders++}`)

const adapterAt = (name: string): string => fixturePath(`adapters/${name}`)
const configOf = (path: string) => JSON.parse(readFileSync(join(path, 'adapter_config.json'), 'utf8'))

function tensorsOf(path: string): Map<string, TensorData> {
  const file = readSafetensors(readFileSync(join(path, 'adapter_model.safetensors')))
  return new Map([...file.entries.keys()].map((name) => [name, file.get(name)]))
}

/** Keys, shapes and numbers; `limit` 0 asks for the same bits. */
function expectSameTensors(path: string, expected: string, limit: number): void {
  const [actual, wanted] = [tensorsOf(path), tensorsOf(expected)]
  expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [key, { shape, data }] of wanted) {
    expect(actual.get(key)!.shape, key).toEqual(shape)
    if (limit === 0) expect(actual.get(key)!.data, key).toEqual(data)
    else expect(relmax(actual.get(key)!.data as Float32Array, data as Float32Array), key).toBeLessThan(limit)
  }
}

const convert = (options: { readonly [name: string]: string | undefined }): string[] => [
  'convert',
  ...flags(options),
]

describe.concurrent('gyre convert', { timeout }, () => {
  it("exports a classifier's BCA adapter as PEFT has it, with the base's classifier, and reads it back", async () => {
    const model = fixturePath('models/roberta-tiny-cls')
    const [out, back, again] = [newFolder(), newFolder(), newFolder()]
    const adapter = adapterAt('roberta-tiny-cls-bca')
    const report = { kernels: 4, parameters: 1024, others: 4 }
    expect(await jsonOf(...convert({ adapter, to: 'peft-c3a', model, out }))).toEqual({
      out,
      to: 'peft-c3a',
      ...report,
    })
    const exported = adapterAt('roberta-tiny-cls-bca-as-c3a')
    expectSameTensors(out, exported, 1e-6)
    const { init_weights, ...fields } = configOf(out)
    expect(init_weights).toBe(true)
    expect(configOf(exported)).toMatchObject(fields)
    expect(readdirSync(out).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors'])

    expect(await outputOf(...convert({ adapter: out, to: 'bca', out: back }))).toBe(
      `${back}: bca, 4 kernels with 1024 numbers, and 4 tensors saved beside them\n`,
    )
    const [kernels, original] = [tensorsOf(back), tensorsOf(adapter)]
    for (const [key, { data }] of original) expect(kernels.get(key)!.data, key).toEqual(data)
    await outputOf(...convert({ adapter: back, to: 'peft-c3a', out: again }))
    expectSameTensors(again, out, 0)
    expect(Object.entries(configOf(again))).toEqual(Object.entries(configOf(out)))
  })

  it('refuses what it cannot convert, in one sentence, and writes nothing', async () => {
    const out = newFolder()
    const refusal = async (options: { readonly [name: string]: string | undefined }): Promise<string> => {
      const complaint = await complaintOf(...convert({ to: 'peft-c3a', out, ...options }))
      expect(existsSync(out)).toBe(false)
      return complaint
    }
    const classifier = adapterAt('roberta-tiny-cls-bca')
    expect(await refusal({ adapter: classifier })).toBe(
      `${classifier}: the adapter is for SEQ_CLS and has no classifier, and PEFT loads none without; --model takes it from the base model`,
    )
    expect(await refusal({ adapter: classifier, model: fixturePath('models/llama-tiny') })).toMatch(
      /^target 'query' matches no linear layer; the nearest are /,
    )
  })

  it('refuses to write where it reads', async () => {
    const adapter = newFolder()
    cpSync(adapterAt('llama-tiny-bca'), adapter, { recursive: true })
    expect(
      await complaintOf(
        ...convert({ adapter, to: 'peft-c3a', out: join(adapter, '..', adapter.slice(folder.length + 1)) }),
      ),
    ).toMatch(/is the folder of --adapter, which is left as it is; choose another$/)
    expectSameTensors(adapter, adapterAt('llama-tiny-bca'), 0)
  })
})
