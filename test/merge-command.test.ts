import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors } from '@gyre/safetensors'
import { describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { relmax } from './relmax.js'
import { complaintOf, flags, jsonOf, outputOf, temporaryFolder } from './run-gyre.js'
import { writeTinyInputs } from './tiny-runs.js'

const timeout = 240_000
const folder = temporaryFolder()
const jsonAt = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))

describe.concurrent('gyre merge', { timeout }, () => {
  it.each([
    ['llama-tiny', 'llama-tiny-c3a', 'c3a:p=16'],
    ['roberta-tiny-cls', 'roberta-tiny-cls-lora-rslora', 'lora:r=4:rslora=true'],
  ])('writes a %s that computes alone what it computed with %s', async (name, adapterName, method) => {
    const base = join(folder, `base-of-${adapterName}`)
    const out = join(folder, `merged-${adapterName}`)
    cpSync(fixturePath(`models/${name}`), base, { recursive: true })
    // What a folder from the hub has beside the weights.
    for (const file of ['tokenizer.json', 'special_tokens_map.json', 'README.md', 'optimizer.pt'])
      writeFileSync(join(base, file), `{"of": "${file}"}`)
    const config = { ...jsonAt(base, 'config.json'), a_field_of_tomorrow: 7, torch_dtype: 'bfloat16' }
    writeFileSync(join(base, 'config.json'), JSON.stringify(config))

    const adapter = fixturePath(`adapters/${adapterName}`)
    const merged = await jsonOf('merge', ...flags({ model: base, adapter, out }))
    expect(merged).toEqual({ out, method, layers: 4 })
    expect(readdirSync(out).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
    ])
    expect(readFileSync(join(out, 'tokenizer.json'), 'utf8')).toBe('{"of": "tokenizer.json"}')
    expect(jsonAt(out, 'config.json')).toEqual({ ...config, torch_dtype: 'float32' })

    const io = new FixtureFile(`adapters/${adapterName}/io.safetensors`)
    const outputs = join(folder, `${adapterName}.safetensors`)
    const inputs = fixturePath(`adapters/${adapterName}/io.safetensors`)
    await outputOf('forward', ...flags({ model: out, inputs, outputs }))
    const logits = readSafetensors(readFileSync(outputs)).get('logits').data as Float32Array
    expect(relmax(logits, io.data('merged_logits'))).toBeLessThan(2e-5)
    expect(relmax(logits, io.data('logits'))).toBeLessThan(2e-5)
  })

  it('keeps of a fine-tuned classifier its head, the names of its classes, and what it was tuned for', async () => {
    const inputs = writeTinyInputs(join(folder, 'inputs'))
    const [base, adapter, out] = ['base', 'adapter', 'merged'].map((name) => join(folder, name))
    const length = { 'sequence-length': 16 }
    await outputOf(
      'pretrain',
      ...flags({ config: inputs.roberta, data: inputs.text, steps: 2, out: base, ...length }),
    )
    const task = { task: 'sst2', data: inputs.classes }
    await outputOf(
      'finetune',
      ...flags({
        model: base,
        ...task,
        method: 'bca:p=8',
        targets: 'query,value',
        steps: 3,
        out: adapter,
        ...length,
      }),
    )
    await outputOf('merge', ...flags({ model: base, adapter, out }))
    expect(jsonAt(out!, 'config.json')).toMatchObject({
      architectures: ['RobertaForSequenceClassification'],
      id2label: { 0: '0', 1: '1' },
      label2id: { 0: 0, 1: 1 },
    })
    expect(jsonAt(out!, 'gyre_run.json')).toEqual(jsonAt(adapter!, 'gyre_run.json'))
    const { heldOut } = jsonAt(adapter!, 'gyre_run.json')
    expect(await jsonOf('evaluate', ...flags({ model: out, data: inputs.classes }))).toEqual(heldOut)
  })

  it('refuses an adapter of another model, and to write where it reads', async () => {
    const llama = fixturePath('models/llama-tiny')
    const out = join(folder, 'nothing')
    const refusal = async (model: string, adapter: string): Promise<string> => {
      const complaint = await complaintOf(
        'merge',
        ...flags({ model: fixturePath(`models/${model}`), adapter: fixturePath(`adapters/${adapter}`), out }),
      )
      expect(existsSync(out)).toBe(false)
      return complaint
    }
    expect(await refusal('llama-tiny', 'roberta-tiny-cls-lora')).toMatch(
      /^target 'query' matches no linear layer/,
    )
    expect(await refusal('roberta-np2-cls', 'roberta-tiny-cls-cdvft')).toMatch(
      /^adapter_model\.safetensors: base_model\.model\..*query\.cdv_a1 has shape \[64\], expected \[\d+\]/,
    )
    const adapter = fixturePath('adapters/llama-tiny-bca')
    expect(await complaintOf('merge', ...flags({ model: llama, adapter, out: llama }))).toBe(
      `--out ${llama} is the folder of --model, which is left as it is; choose another`,
    )
  })
})
