import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors, type TensorData, writeSafetensors } from '@gyre/safetensors'
import { beforeAll, describe, expect, it } from 'vitest'
import { fixturePath } from './fixture-files.js'
import { complaintOf, flags, gyre, jsonOf, outputOf, startGyre, temporaryFolder } from './run-gyre.js'
import { tinyConfigs, writeTinyInputs } from './tiny-runs.js'

// The time that a test waits for its turn counts too.
const timeout = 240_000
const folder = temporaryFolder()
const inputs = writeTinyInputs(join(folder, 'inputs'))
const base = join(folder, 'base')
const classifierBase = join(folder, 'classifier-base')

beforeAll(async () => {
  const options = { data: inputs.text, steps: 2, 'sequence-length': 16 }
  await Promise.all([
    outputOf('pretrain', ...flags({ ...options, config: inputs.llama, out: base })),
    outputOf('pretrain', ...flags({ ...options, config: inputs.roberta, out: classifierBase })),
  ])
}, timeout)

/** A copy of a folder's files, some of them changed. */
function changedFolder(
  name: string,
  from: string,
  changes: { readonly [file: string]: string | Uint8Array },
): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const file of readdirSync(from)) writeFileSync(join(path, file), readFileSync(join(from, file)))
  for (const [file, contents] of Object.entries(changes)) writeFileSync(join(path, file), contents)
  return path
}

function fileWith(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}

/** The beginning of a safetensors file: the length that the header claims, and the header. */
function headerBytes(header: string, claimedLength = header.length): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(claimedLength))
  return Buffer.concat([length, Buffer.from(header)])
}

/** Runs a command that must fail and leave nothing behind at `out`. */
async function failure(command: string, options: { [name: string]: string | number | undefined }) {
  const complaint = await complaintOf(command, ...flags(options))
  const written = [options.out, options.outputs].filter((path) => path !== undefined)
  for (const path of written.map(String)) {
    const isFolder = existsSync(path) && options.out !== undefined
    expect(isFolder ? readdirSync(path) : existsSync(path), path).toEqual(isFolder ? [] : false)
  }
  return complaint
}

describe.concurrent('gyre finetune refuses', { timeout }, () => {
  let runs = 0
  const finetune = (changed: { [name: string]: string | number | undefined }): Promise<string> =>
    failure('finetune', {
      model: base,
      task: 'lm',
      data: inputs.otherText,
      method: 'bca:p=8',
      steps: 3,
      'sequence-length': 16,
      out: join(folder, `run-${runs++}`),
      ...changed,
    })

  it('a block size that does not divide, and names the common divisors', async () => {
    expect(await finetune({ method: 'bca:p=5' })).toMatch(
      /q_proj: block size 5 does not divide both sides of \[16, 16\]; their common divisors are 1, 2, 4, 8, 16$/,
    )
  })

  it('a target that matches nothing, and names the nearest', async () => {
    expect(await finetune({ targets: 'q_prog' })).toMatch(
      /^target 'q_prog' matches no linear layer; the nearest are q_proj/,
    )
  })

  it('a method that it cannot read', async () => {
    expect(await finetune({ method: 'bca:p=x' })).toMatch(/^method 'bca:p=x', blockSize/)
    expect(await finetune({ method: 'bca:r=8' })).toMatch(
      /^method 'bca:r=8': unknown option 'r'; bca has blockSize \(p\)/,
    )
  })

  it('a task that the model cannot do', async () => {
    const rows = fileWith('rows.jsonl', '{"prompt": "a", "completion": "b"}\n'.repeat(10))
    expect(await finetune({ model: classifierBase, task: 'instruct', data: rows })).toBe(
      'task instruct needs a causal language model, and roberta has only sequence-classification and masked-lm',
    )
    const masked = { model: classifierBase, task: 'sst2', data: inputs.classes, 'sequence-length': 24 }
    expect(await failure('evaluate', masked)).toBe(
      'task sst2 needs a model with a classification head, and the model is a RobertaForMaskedLM',
    )
    expect(await finetune({ task: 'sst3' })).toMatch(
      /^--task sst3: expected one of lm, era, cola, sst2, mrpc/,
    )
  })

  it('columns that a task does not have to name, and prompts that leave no room for an answer', async () => {
    expect(await finetune({ task: 'sst2', data: inputs.classes, 'text-column': 'sentence' })).toBe(
      '--text-column: --task sst2 has no such column to name',
    )
    const rows = fileWith(
      'long.jsonl',
      `${JSON.stringify({ prompt: 'x'.repeat(90), answer: 'y' })}\n`.repeat(10),
    )
    expect(await finetune({ task: 'instruct', data: rows })).toBe(
      'sequence length 16: no prompt leaves room for its answer',
    )
  })

  it('a learning rate that drives the loss to NaN, at the step where it happens', async () => {
    expect(await finetune({ method: 'full', 'learning-rate': 1e30 })).toMatch(
      /^step \d+: the loss is NaN; a lower learning rate than 1e\+30 may help$/,
    )
  })

  it('weights that are NaN', async () => {
    const file = readSafetensors(readFileSync(join(base, 'model.safetensors')))
    const tensors = [...file.entries.keys()].map((name): [string, TensorData] => [name, file.get(name)])
    const [, first] = tensors[0]!
    const poisoned = writeSafetensors([
      [
        first.name,
        {
          dtype: 'F32',
          shape: first.shape,
          data: Float32Array.from(first.data as Float32Array).fill(Number.NaN),
        },
      ],
      ...tensors
        .slice(1)
        .map(
          ([name, { shape, data }]) =>
            [name, { dtype: 'F32' as const, shape, data: data as Float32Array }] as const,
        ),
    ])
    const model = changedFolder('nan', base, { 'model.safetensors': poisoned })
    const complaint = `${model}/model.safetensors: ${first.name} holds NaN at index 0`
    expect(await finetune({ model })).toBe(complaint)
    expect(
      await failure('evaluate', { model, task: 'lm', data: inputs.otherText, 'sequence-length': 16 }),
    ).toBe(complaint)
    expect(await complaintOf('generate', '--model', model, '--prompt', 'x', '--json')).toBe(complaint)
  })

  it('no steps, and numbers that are none', async () => {
    expect(await finetune({ steps: 0 })).toMatch(/--steps.*'0' is invalid. expected an integer ≥ 1/)
    expect(await finetune({ 'weight-decay': 'none' })).toMatch(
      /--weight-decay.*'none' is invalid. expected a number ≥ 0/,
    )
  })

  it('more tokens than the model has positions, before anything is trained', async () => {
    expect(await finetune({ 'sequence-length': 64 })).toBe(
      'sequence length 64: the model takes at most 34 tokens at a time',
    )
    expect(
      await finetune({ model: classifierBase, task: 'sst2', data: inputs.classes, 'sequence-length': 33 }),
    ).toBe('sequence length 33: the model takes at most 32 tokens at a time')
  })

  it('a tokenizer with more tokens than the model', async () => {
    const config = JSON.stringify({ ...tinyConfigs.llama, vocab_size: 270 })
    const model = changedFolder('small-vocabulary', base, { 'config.json': config })
    expect(await finetune({ model })).toBe(
      'tokenizer.json has 280 tokens, and the model beside it knows only 270',
    )
  })

  it('tables with nothing in them, too few columns, or a label of another task, and names the line', async () => {
    const classify = (name: string, contents: string): Promise<string> =>
      finetune({ model: classifierBase, task: 'sst2', 'sequence-length': 24, data: fileWith(name, contents) })
    expect(await classify('empty.tsv', '')).toBe(`${join(folder, 'empty.tsv')}: the file is empty`)
    expect(await classify('columns.tsv', 'sentence\tlabel\nfine\t1\nno label\n')).toBe(
      `${join(folder, 'columns.tsv')}, line 3: expected 2 columns, got 1`,
    )
    expect(await classify('labels.tsv', 'sentence\tlabel\nfine\t2\n')).toBe(
      `${join(folder, 'labels.tsv')}, line 2: expected the label "0" or "1", got "2"`,
    )
  })

  it('files and folders that are not there, or in the way', async () => {
    const missing = join(folder, 'missing')
    expect(await finetune({ model: missing })).toMatch(
      /missing\/tokenizer\.json: there is no such file, nor vocab\.json/,
    )
    expect(await finetune({ data: missing })).toBe(`--data ${missing}: there is no such file`)
    expect(
      await complaintOf(
        'finetune',
        ...flags({
          model: base,
          task: 'lm',
          data: inputs.otherText,
          method: 'full',
          steps: 1,
          'sequence-length': 16,
          out: join(inputs.text, 'below'),
        }),
      ),
    ).toBe(`${join(inputs.text, 'below')}: a file stands where a folder is expected`)
  })
})

describe.concurrent('gyre forward refuses', { timeout }, () => {
  const llama = fixturePath('models/llama-tiny')
  let runs = 0
  const forward = (changed: { [name: string]: string | undefined }): Promise<string> =>
    failure('forward', {
      model: llama,
      inputs: join(llama, 'io.safetensors'),
      outputs: join(folder, `outputs-${runs++}.safetensors`),
      ...changed,
    })
  const withWeights = (name: string, weights: Uint8Array): string =>
    changedFolder(name, llama, { 'model.safetensors': weights })

  it('a truncated checkpoint', async () => {
    const weights = readFileSync(join(llama, 'model.safetensors'))
    const model = withWeights('truncated', weights.subarray(0, weights.length - 100))
    expect(await forward({ model })).toMatch(
      /model\.safetensors: byte \d+: tensor .*; the file is truncated$/,
    )
  })

  it('a checkpoint in several files, one of which is missing', async () => {
    const index = { weight_map: { 'model.norm.weight': 'model-00001-of-00001.safetensors' } }
    const model = changedFolder('sharded', llama, { 'model.safetensors.index.json': JSON.stringify(index) })
    rmSync(join(model, 'model.safetensors'))
    expect(await forward({ model })).toBe(
      `${model}/model-00001-of-00001.safetensors: there is no such file, where model.safetensors.index.json has model.norm.weight`,
    )
  })

  it('a header that claims 10^15 bytes', async () => {
    const model = withWeights('huge', headerBytes('{}', 1e15))
    expect(await forward({ model })).toMatch(
      /model\.safetensors: byte 0: the header claims 1000000000000000 bytes, but 2 follow/,
    )
  })

  it('a tensor named __proto__', async () => {
    const model = withWeights(
      'proto',
      headerBytes('{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    )
    expect(await forward({ model })).toMatch(
      /model\.safetensors: byte 9: a tensor may not be named __proto__$/,
    )
  })

  it('tensors that are missing, or have another shape', async () => {
    const tensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const
    const model = withWeights('wrong', writeSafetensors([['model.norm.weight', tensor]]))
    expect(await forward({ model })).toMatch(
      /missing model\.embed_tokens\.weight; .*model\.norm\.weight has shape \[1\], expected \[64\]/,
    )
  })

  it('a configuration that lacks a field, or is no JSON', async () => {
    const { vocab_size, ...fields } = tinyConfigs.llama
    const lacking = changedFolder('lacking', llama, { 'config.json': JSON.stringify(fields) })
    expect(await forward({ model: lacking })).toBe(
      `${lacking}/config.json: vocab_size should be a number, not undefined`,
    )
    const broken = changedFolder('broken', llama, { 'config.json': '{\n  "model_type": llama\n}' })
    expect(await forward({ model: broken })).toMatch(/broken\/config\.json: Unexpected token/)
  })

  it('ids outside the vocabulary, and longer texts than there are positions for', async () => {
    const ids = (...values: number[]): Uint8Array =>
      writeSafetensors([
        ['input_ids', { dtype: 'I32', shape: [1, values.length], data: Int32Array.from(values) }],
      ])
    const outside = fileWith('outside.safetensors', ids(1, 2, 70_000))
    expect(await forward({ inputs: outside })).toBe(
      `${outside}: input_ids holds 70000 at index 2; the vocabulary is 0 to 99`,
    )
    const long = fileWith('long.safetensors', ids(...new Array(600).fill(5)))
    expect(await forward({ model: fixturePath('models/roberta-tiny-cls'), inputs: long })).toMatch(
      /input_ids has 600 tokens in a row; the model takes at most \d+$/,
    )
  })

  it('inputs that are not there, and outputs that cannot be written', async () => {
    const missing = join(folder, 'missing.safetensors')
    expect(await forward({ inputs: missing })).toBe(`${missing}: there is no such file or folder`)
    const outputs = join(folder, 'no-folder', 'outputs.safetensors')
    expect(await forward({ outputs })).toBe(`${outputs}: there is no such file or folder`)
    expect(await forward({ adapter: folder })).toBe(`${folder}/adapter_config.json: there is no such file`)
  })
})

describe.concurrent('gyre predict refuses', { timeout }, () => {
  it('what it cannot read, or write', async () => {
    const predict = (options: { [name: string]: string | undefined }): Promise<string> =>
      complaintOf('predict', ...flags({ model: base, ...options }))
    expect(await predict({})).toBe('expected either --text, --inputs or --data')
    expect(await predict({ data: inputs.classes })).toBe('--data and --out belong together')
    expect(await predict({ data: inputs.classes, out: join(folder, 'x.csv') })).toBe(
      `--out ${join(folder, 'x.csv')}: expected a name that ends with .tsv or .jsonl`,
    )
    expect(await predict({ text: 'the whale' })).toMatch(/is a LlamaForCausalLM; predict needs a classifier$/)
    const record = changedFolder('strange-record', base, { 'gyre_run.json': '{"task": 7}' })
    expect(await predict({ model: record, text: 'x' })).toBe(
      `${record}/gyre_run.json: expected task, kind, labels, columns and sequenceLength as finetune writes them`,
    )
  })
})

describe.concurrent('every command', { timeout }, () => {
  const commands = [
    'compare',
    'pretrain',
    'finetune',
    'evaluate',
    'predict',
    'generate',
    'forward',
    'merge',
    'convert',
    'report',
    'doctor',
  ]

  it.each(commands)('says with --help what %s takes', async (command) => {
    const { code, stdout, stderr } = await gyre(command, '--help')
    expect([code, stderr]).toEqual([0, ''])
    for (const option of ['--json', '--seed <n>', '--backend <name>', '--threads <n>'])
      expect(stdout).toContain(option)
  })

  it('tells a process of its own by the exit code, and on standard error, what went wrong', async () => {
    const { code, stdout, stderr } = await startGyre('forward', '--model', folder).finished
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error: required option '--inputs <file>' not specified$/m)
  })

  it('refuses flags, names and backends that it does not know', async () => {
    expect(await complaintOf('doctor', '--jsno')).toBe("unknown option '--jsno'")
    expect(await complaintOf('finetun')).toBe("unknown command 'finetun'")
    expect(await complaintOf('doctor', '--backend', 'wsam')).toMatch(
      /--backend.*'wsam' is invalid. Allowed choices are auto, js, wasm, gpu/,
    )
    expect(await complaintOf('doctor', '--threads', '65')).toMatch(
      /--threads.*expected an integer from 1 to 64/,
    )
    expect(await complaintOf('doctor', '--backend', 'js', '--threads', '2')).toBe(
      '--threads 2: the backend js runs on one thread',
    )
    expect(await complaintOf('forward')).toMatch(/^required option '--model <dir>' not specified$/)
  })

  it('prints with --json nothing but JSON on standard output', async () => {
    // The other commands are held to this where they are tested.
    const out = join(folder, 'json')
    const options = { config: inputs.llama, data: inputs.text, out, steps: 1, 'sequence-length': 8 }
    expect(await jsonOf('pretrain', ...flags(options))).toMatchObject({ out, steps: 1, parameters: 11_184 })
  })
})
