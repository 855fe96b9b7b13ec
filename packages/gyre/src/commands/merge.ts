import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { merge } from '@gyre/adapters'
import { writeAtomically } from '@gyre/safetensors/node'
import type { RunRecord } from '@gyre/train'
import { saveModelFolder } from '@gyre/transformers/node'
import type { Command } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, checkOutputFolder, makeOutputFolder } from '../common-options.js'
import { loadAdapted } from '../fine-tuning/load-fine-tuned.js'
import { writeRunRecord } from '../fine-tuning/run-record.js'

interface MergeOptions extends CommonOptions {
  readonly model: string
  readonly adapter: string
  readonly out: string
}

export function addMerge(program: Command): Command {
  return program
    .command('merge')
    .description('add an adapter into the weights of its model, and write a model that needs no adapter')
    .requiredOption('--model <dir>', 'folder with config.json and model.safetensors')
    .requiredOption('--adapter <dir>', 'folder with adapter_config.json and adapter_model.safetensors')
    .requiredOption('--out <dir>', 'folder to write')
    .action(runMerge)
}

async function runMerge(options: MergeOptions): Promise<void> {
  await chooseBackend(options)
  const { model: base, adapter: adapterFolder, out } = options
  await checkOutputFolder(out, { model: base, adapter: adapterFolder })
  const { model, adapter, record } = await loadAdapted({ model: base, adapter: adapterFolder })
  const { label } = adapter.method
  merge(adapter)
  await makeOutputFolder(out)
  await copyCompanions(base, out)
  if (record) await writeRunRecord(out, record)
  await saveModelFolder(out, model)
  await writeAtomically(join(out, 'config.json'), await mergedConfig(base, out, record))
  const layers = adapter.sites.length
  if (options.json) console.log(JSON.stringify({ out, method: label, layers }))
  else console.log(`${out}: ${label} in the weights of ${layers} layers`)
}

/** What a model's folder holds for the tokenizer and for generation. */
const companion =
  /^(tok.*|vocab\.(json|txt)|merges\.txt|added_tokens\.json|special_tokens_map\.json|.*\.model|generation_config\.json|chat_template\..*)$/

async function copyCompanions(from: string, to: string): Promise<void> {
  for (const name of (await namesIn(from)).filter((name) => companion.test(name))) {
    await writeAtomically(join(to, name), await readFile(join(from, name)))
  }
}

/**
 * The base's configuration with all of its fields, but for what the merged model is known to have changed: its class,
 * its numbers' type, and the labels of the head that came with the adapter.
 */
async function mergedConfig(base: string, out: string, record: RunRecord | undefined): Promise<string> {
  const written = await readConfig(out)
  // A file of llama2.c has none.
  const before = (await namesIn(base)).includes('config.json') ? await readConfig(base) : written
  const { architectures, torch_dtype, problem_type } = written
  const numbersType = 'dtype' in before ? { dtype: torch_dtype } : { torch_dtype }
  const merged = { ...before, architectures, ...numbersType, ...labelFields(before, written, record) }
  return `${JSON.stringify(problem_type ? { ...merged, problem_type } : merged, null, 2)}\n`
}

/** What the classes are called: as the adapter's run says, or as the base does where it has as many. */
function labelFields(before: Fields, written: Fields, record: RunRecord | undefined): Fields {
  const { labels = [] } = record ?? {}
  if (labels.length > 0) {
    return {
      id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    }
  }
  const { id2label, label2id } = written
  const count = (names: unknown): number => Object.keys(names ?? {}).length
  return id2label === undefined || count(before.id2label) === count(id2label) ? {} : { id2label, label2id }
}

interface Fields {
  readonly [field: string]: unknown
}

async function readConfig(folder: string): Promise<Fields> {
  return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Fields
}

/** A model may also be a file; beside that, nothing belongs to it. */
async function namesIn(folder: string): Promise<string[]> {
  return (await stat(folder)).isDirectory() ? readdir(folder) : []
}
