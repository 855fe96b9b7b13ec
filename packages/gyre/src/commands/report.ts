import { stat } from 'node:fs/promises'
import {
  everyMethod,
  formatClaims,
  formatMarkdown,
  formatTable,
  paperClaims,
  queryAndValueTargets,
  reportModel,
} from '@gyre/report'
import { methodGrammar, parseMethods } from '@gyre/train'
import { createModel, type ModelConfig, type ModelTask, presets } from '@gyre/transformers'
import { loadConfigFolder } from '@gyre/transformers/node'
import { type Command, Option } from 'commander'
import { type CommonOptions, integer, nameList } from '../common-options.js'
import { UsageError } from '../errors.js'
import { type ResultsForm, writeResultsReport } from '../write-results-report.js'

interface ReportCommandOptions extends CommonOptions {
  readonly model?: string
  readonly methods?: string
  readonly targets?: readonly string[]
  readonly batchSize: number
  readonly sequenceLength: number
  readonly memory: boolean
  readonly markdown: boolean
  readonly claims: boolean
  readonly results?: string
  readonly html: boolean
  readonly csv: boolean
  readonly out?: string
}

export function addReport(program: Command): Command {
  return program
    .command('report')
    .description(
      'count parameters, FLOPs and memory of methods on a model, without loading its weights; or report on results',
    )
    .option(
      '--model <name>',
      `${Object.keys(presets).join(', ')}, or a folder, of which only config.json is read`,
    )
    .option('--methods <list>', 'methods separated by commas, e.g. lora:r=8,bca:p=64,full; or all')
    .option(
      '--targets <names>',
      'linear layers that get an adapter, separated by commas; default: those that make queries and values',
      nameList,
    )
    .option('--batch-size <n>', 'sequences in the traced batch', integer(1), 1)
    .option('--sequence-length <n>', 'tokens in each sequence', integer(1), 128)
    .option(
      '--memory',
      'a second table: the memory of a step, with and without activation checkpointing',
      false,
    )
    .option(
      '--claims',
      'instead of a report: what the paper claims against LoRA, VeRA and FourierFT, and how one has to count for it',
      false,
    )
    .addOption(
      new Option(
        '--results <dir>',
        'report on the results in a folder or a file: of sweeps, comparisons, simulations and benchmarks',
      ).conflicts(['model', 'methods', 'claims', 'memory']),
    )
    .addOption(new Option('--markdown', 'print Markdown').default(false).conflicts('json'))
    .addOption(
      new Option('--html', 'with --results: one self-contained page with plots')
        .default(false)
        .conflicts(['json', 'markdown']),
    )
    .addOption(
      new Option('--csv', 'with --results: a line for each result')
        .default(false)
        .conflicts(['json', 'markdown', 'html']),
    )
    .option(
      '--out <file>',
      'with --results: where the report goes; default: standard output, of a page report.html beside the results',
    )
    .addHelpText('after', () => `\nMethods:\n  ${methodGrammar().join('\n  ')}`)
    .action(runReport)
}

// Nothing is computed, so no backend is chosen; nothing is random.
async function runReport(options: ReportCommandOptions): Promise<void> {
  const { results } = options
  if (results !== undefined) {
    await writeResultsReport(results, formOf(options), options.out)
    return
  }
  const misplaced = (['html', 'csv', 'out'] as const).find((name) => options[name])
  if (misplaced !== undefined) throw new UsageError(`--${misplaced} needs --results`)
  if (options.claims) {
    const claims = paperClaims()
    console.log(options.json ? JSON.stringify(claims) : formatClaims(claims, { markdown: options.markdown }))
    return
  }
  const { model: name, methods: list, batchSize, sequenceLength } = options
  if (name === undefined || list === undefined) {
    throw new UsageError('what is reported on? expected --model and --methods, --results, or --claims')
  }
  const { config, task } = await findConfig(name)
  const model = createModel(config, { seed: 0, task })
  const targets = options.targets ?? queryAndValueTargets(config)
  const methods = list === 'all' ? everyMethod(model, targets).join(',') : list
  const report = reportModel({
    name,
    config,
    task,
    // A classifier's head is fresh, and trained with the adapter; a language model's is there already.
    methods: parseMethods(methods, { targets, modulesToSave: model.taskHeadPaths }),
    batchSize,
    sequenceLength,
    memory: options.memory,
  })
  if (options.json) console.log(JSON.stringify(report))
  else console.log(options.markdown ? formatMarkdown(report) : formatTable(report))
}

function formOf({ json, markdown, html, csv }: ReportCommandOptions): ResultsForm {
  if (html) return 'html'
  if (csv) return 'csv'
  if (markdown) return 'markdown'
  return json ? 'json' : 'text'
}

/** The model's configuration: a preset's, or that of a folder, with the head that it names. */
async function findConfig(
  name: string,
): Promise<{ readonly config: ModelConfig; readonly task?: ModelTask }> {
  if (Object.hasOwn(presets, name)) return { config: presets[name as keyof typeof presets] }
  const entry = await stat(name).catch(() => undefined)
  if (entry?.isDirectory()) return loadConfigFolder(name)
  throw new UsageError(
    `--model ${name}: expected ${Object.keys(presets).join(', ')}, or a folder with config.json`,
  )
}
