import type { AdapterFiles } from '@gyre/adapters'
import { readAdapterFiles, writeAdapterFiles } from '@gyre/adapters/node'
import { bcaToC3a, c3aToBca, type HeadTensors, needsHead } from '@gyre/circulant'
import { readSafetensors } from '@gyre/safetensors'
import type { Model } from '@gyre/transformers'
import { type Command, Option } from 'commander'
import { type CommonOptions, checkOutputFolder, makeOutputFolder } from '../common-options.js'
import { UsageError } from '../errors.js'
import { loadAdapted } from '../fine-tuning/load-fine-tuned.js'
import { readRunRecord, writeRunRecord } from '../fine-tuning/run-record.js'
import { loadModelWithProgress } from '../load-model.js'

const formats = ['peft-c3a', 'bca'] as const

interface ConvertOptions extends CommonOptions {
  readonly adapter: string
  readonly to: (typeof formats)[number]
  readonly model?: string
  readonly out: string
}

export function addConvert(program: Command): Command {
  return program
    .command('convert')
    .description("write a BCA adapter as C3A for Hugging Face PEFT, or a C3A adapter of PEFT's as BCA")
    .requiredOption('--adapter <dir>', 'folder with adapter_config.json and adapter_model.safetensors')
    .addOption(new Option('--to <format>', 'what to write').choices(formats).makeOptionMandatory())
    .option(
      '--model <dir>',
      "the adapter's base model: the adapter is then held against it, and a classifier that the adapter lacks is taken from it",
    )
    .requiredOption('--out <dir>', 'folder to write')
    .action(runConvert)
}

async function runConvert({ adapter, to, model: base, out, json }: ConvertOptions): Promise<void> {
  await checkOutputFolder(out, { adapter, model: base })
  const files = await readAdapterFiles(adapter)
  const wantsHead = to === 'peft-c3a' && needsHead(files)
  if (wantsHead && base === undefined) {
    throw new UsageError(
      `${adapter}: the adapter is for SEQ_CLS and has no classifier, and PEFT loads none without; --model takes it from the base model`,
    )
  }
  // Also loaded where no head is wanted: an adapter of another model is an error now, not in PEFT.
  if (base !== undefined) await loadAdapted({ model: base, adapter })
  const head = wantsHead ? await headOf(await loadModelWithProgress(base!)) : undefined
  const converted = to === 'bca' ? c3aToBca(files) : bcaToC3a(files, { head })
  const record = await readRunRecord(adapter)
  await makeOutputFolder(out)
  if (record) await writeRunRecord(out, record)
  await writeAdapterFiles(out, converted)
  const counts = countTensors(converted)
  if (json) console.log(JSON.stringify({ out, to, ...counts }))
  else {
    const beside = counts.others === 0 ? '' : `, and ${counts.others} tensors saved beside them`
    console.log(`${out}: ${to}, ${counts.kernels} kernels with ${counts.parameters} numbers${beside}`)
  }
}

/** The parameters of a model's head as PEFT saves them beside an adapter. */
async function headOf(model: Model): Promise<HeadTensors> {
  const head = [...model.namedParameters()].filter(([name]) => model.isHeadParameter(name))
  return new Map(
    await Promise.all(
      head.map(async ([name, { shape, value }]) => {
        return [name, { dtype: 'F32', shape, data: (await value.data()) as Float32Array }] as const
      }),
    ),
  )
}

function countTensors(files: AdapterFiles): { kernels: number; parameters: number; others: number } {
  const entries = [...readSafetensors(files['adapter_model.safetensors']).entries.values()]
  const kernels = entries.filter(({ name }) => /\.(bca|c3a)_kernel$/.test(name))
  return {
    kernels: kernels.length,
    parameters: kernels.reduce((sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1), 0),
    others: entries.length - kernels.length,
  }
}
