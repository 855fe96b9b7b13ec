import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors, type WritableTensor, writeSafetensors } from '@gyre/safetensors'
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

function tensorsOf(path: string): Map<string, WritableTensor & { data: Float32Array }> {
  const file = readSafetensors(readFileSync(join(path, 'adapter_model.safetensors')))
  return new Map(
    [...file.entries.values()].map(({ name, shape }) => [
      name,
      { dtype: 'F32', shape, data: file.get(name).data as Float32Array },
    ]),
  )
}

/** Keys, shapes and numbers; `limit` 0 asks for the same bits. */
function expectSameTensors(path: string, expected: string, limit: number): void {
  const [actual, wanted] = [tensorsOf(path), tensorsOf(expected)]
  expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [key, { shape, data }] of wanted) {
    expect(actual.get(key)!.shape, key).toEqual(shape)
    if (limit === 0) expect(actual.get(key)!.data, key).toEqual(data)
    else expect(relmax(actual.get(key)!.data, data), key).toBeLessThan(limit)
  }
}

/** A changed copy of an adapter's folder. */
function changedCopy(
  name: string,
  fields: object,
  change: (tensors: Map<string, WritableTensor>) => void = () => {},
): string {
  const path = newFolder()
  const tensors = tensorsOf(adapterAt(name))
  change(tensors)
  mkdirSync(path)
  const config = { ...configOf(adapterAt(name)), ...fields }
  writeFileSync(join(path, 'adapter_config.json'), JSON.stringify(config))
  writeFileSync(join(path, 'adapter_model.safetensors'), writeSafetensors(tensors))
  return path
}

const convert = (options: { readonly [name: string]: string | undefined }): string[] => [
  'convert',
  ...flags(options),
]

describe.concurrent('gyre convert', { timeout }, () => {
  it.each(['llama-tiny', 'roberta-tiny-cls'])(
    'exports the BCA adapter of %s as PEFT has it',
    async (name) => {
      const model = fixturePath(`models/${name}`)
      const [out, back, again] = [newFolder(), newFolder(), newFolder()]
      const adapter = adapterAt(`${name}-bca`)
      const isClassifier = name === 'roberta-tiny-cls'
      expect(await jsonOf(...convert({ adapter, to: 'peft-c3a', model, out }))).toEqual({
        out,
        to: 'peft-c3a',
        kernels: 4,
        parameters: isClassifier ? 1024 : 768,
        others: isClassifier ? 4 : 0,
      })
      const exported = adapterAt(`${name}-bca-as-c3a`)
      expectSameTensors(out, exported, 1e-6)
      const { init_weights, ...fields } = configOf(out)
      expect(init_weights).toBe(true)
      expect(configOf(exported)).toMatchObject(fields)
      expect(readdirSync(out).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors'])

      expect(await outputOf(...convert({ adapter: out, to: 'bca', out: back }))).toBe(
        isClassifier
          ? `${back}: bca, 4 kernels with 1024 numbers, and 4 tensors saved beside them\n`
          : `${back}: bca, 4 kernels with 768 numbers\n`,
      )
      const [kernels, original] = [tensorsOf(back), tensorsOf(adapter)]
      for (const [key, { data }] of original) expect(kernels.get(key)!.data, key).toEqual(data)
      expect(configOf(back)).toMatchObject({ peft_type: 'BCA', block_size: 16 })
      await outputOf(...convert({ adapter: back, to: 'peft-c3a', out: again }))
      expectSameTensors(again, out, 0)
      expect(Object.entries(configOf(again))).toEqual(Object.entries(configOf(out)))
    },
  )

  it('gives back the folder of PEFT that it got, its unknown fields and sizes by layer included', async () => {
    const fields = { block_size_pattern: { k_proj: 32, '.*nowhere': 2 }, a_field_of_tomorrow: [1, null] }
    const adapter = changedCopy('llama-tiny-c3a', fields)
    const [asBca, out] = [newFolder(), newFolder()]
    const model = fixturePath('models/llama-tiny')
    await outputOf(...convert({ adapter, to: 'bca', model, out: asBca }))
    expect(configOf(asBca)).toEqual({ ...configOf(adapter), peft_type: 'BCA' })
    await outputOf(...convert({ adapter: asBca, to: 'peft-c3a', model, out }))
    expectSameTensors(out, adapter, 0)
    expect(Object.entries(configOf(out))).toEqual(Object.entries(configOf(adapter)))
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
    expect(
      await refusal({ adapter: adapterAt('llama-tiny-bca'), model: fixturePath('models/roberta-np2-cls') }),
    ).toMatch(/^target 'q_proj' matches no linear layer/)
    expect(await refusal({ adapter: adapterAt('llama-tiny-lora') })).toBe(
      'adapter_config.json: peft_type is "LORA"; expected "BCA"',
    )
    const spoilt = changedCopy('llama-tiny-bca', {}, (tensors) => {
      const [first] = [...tensors]
      const data = (first![1].data as Float32Array).slice()
      data[5] = Number.NaN
      tensors.set(first![0], { ...first![1], data })
    })
    expect(await refusal({ adapter: spoilt })).toMatch(
      /^adapter_model\.safetensors: base_model\.model\..*\.q_proj\.bca_kernel holds NaN at index 5$/,
    )
    expect(await refusal({ adapter: join(folder, 'nowhere') })).toBe(
      `${join(folder, 'nowhere', 'adapter_config.json')}: there is no such file`,
    )
  })

  it('refuses to write where it reads', async () => {
    const adapter = newFolder()
    cpSync(adapterAt('llama-tiny-bca'), adapter, { recursive: true })
    rmSync(join(adapter, 'io.safetensors'))
    expect(
      await complaintOf(
        ...convert({ adapter, to: 'peft-c3a', out: join(adapter, '..', adapter.slice(folder.length + 1)) }),
      ),
    ).toMatch(/is the folder of --adapter, which is left as it is; choose another$/)
    expectSameTensors(adapter, adapterAt('llama-tiny-bca'), 0)
  })
})
