import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors, type TensorData } from '@gyre/safetensors'
import { beforeAll, describe, expect, it } from 'vitest'
import { FixtureFile, fixturePath } from './fixture-files.js'
import { relmax } from './relmax.js'
import { jsonOf, temporaryFolder } from './run-gyre.js'

const folder = temporaryFolder()

interface ForwardJson {
  readonly outputs: string
  readonly tensors: readonly string[]
  readonly loss: number | null
}

/** Key biases move all scores of a query alike: their gradient is zero, and what comes is rounding. */
const isKeyBias = (name: string): boolean => name.endsWith('.attention.self.key.bias')

// What each folder of fixtures computes is tested in this process; here, one of each kind is run by the command.
describe.each([
  { model: 'bert-tiny-cls', adapter: undefined, gradientLimit: 5e-5 },
  { model: 'gpt2-tiny', adapter: undefined, gradientLimit: 5e-5 },
  { model: 'roberta-tiny-reg', adapter: undefined, gradientLimit: 5e-5 },
  { model: 'llama-tiny', adapter: undefined, gradientLimit: 5e-5 },
  { model: 'roberta-tiny-cls', adapter: 'roberta-tiny-cls-bca', gradientLimit: 1e-4 },
  { model: 'llama-tiny', adapter: 'llama-tiny-lora-rslora', gradientLimit: 1e-4 },
  { model: 'llama-tiny', adapter: 'llama-tiny-vera', gradientLimit: 1e-4 },
])('gyre forward with $model and the adapter $adapter', ({ model, adapter, gradientLimit }) => {
  const ioName = `${adapter ? `adapters/${adapter}` : `models/${model}`}/io.safetensors`
  const io = new FixtureFile(ioName)
  let report: ForwardJson
  let outputs: ReadonlyMap<string, TensorData>

  beforeAll(async () => {
    const path = join(folder, `${adapter ?? model}.safetensors`)
    report = await jsonOf<ForwardJson>(
      ...['forward', '--model', fixturePath(`models/${model}`), '--inputs', fixturePath(ioName)],
      ...(adapter ? ['--adapter', fixturePath(`adapters/${adapter}`)] : []),
      ...['--outputs', path, '--grads', '--hidden-states'],
    )
    const file = readSafetensors(readFileSync(path))
    outputs = new Map([...file.entries.keys()].map((name) => [name, file.get(name)]))
  }, 120_000)

  function errorOf(name: string): number {
    const { data, shape } = outputs.get(name)!
    expect(shape, name).toEqual(io.shape(name))
    return relmax(data as Float32Array, io.data(name))
  }

  it('writes PyTorch’s logits and loss', () => {
    expect(errorOf('logits')).toBeLessThan(2e-5)
    expect(Math.abs((outputs.get('loss')!.data[0]! as number) - io.data('loss')[0]!)).toBeLessThan(1e-5)
    expect(report.loss).toBeCloseTo(io.data('loss')[0]!, 4)
  })

  it('writes hidden states, from the embedding to the last layer', () => {
    const written = [...outputs.keys()].filter((name) => name.startsWith('hidden_states.'))
    const expected = io.names.filter((name) => name.startsWith('hidden_states.'))
    // The adapters’ fixtures hold none, the models’ do.
    if (adapter === undefined) expect(written.sort()).toEqual([...expected].sort())
    expect(written.length).toBeGreaterThan(1)
    for (const name of expected) expect(errorOf(name), name).toBeLessThan(2e-5)
  })

  it('writes the gradient of everything trainable, and of nothing else', () => {
    const written = [...outputs.keys()].filter((name) => name.startsWith('grads.'))
    expect(written.sort()).toEqual(io.names.filter((name) => name.startsWith('grads.')).sort())
    for (const name of written)
      expect(errorOf(name), name).toBeLessThan(isKeyBias(name) ? 1e-6 : gradientLimit)
  })

  it('lists what it wrote', () => {
    expect([...report.tensors].sort()).toEqual([...outputs.keys()].sort())
  })
})
