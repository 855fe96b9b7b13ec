import type { MethodReport, Report, TrainingStepCosts } from './report-model.js'
import {
  formatNumber,
  markdownText,
  plainText,
  renderMarkdownTable,
  renderTable,
  type TableCell,
  type TableColumn,
} from './table.js'

interface ReportColumn extends TableColumn {
  readonly cell: (method: MethodReport) => TableCell
}

/** What large numbers are counted in. */
interface Unit {
  readonly name: string
  readonly size: number
}

const flopUnits: readonly Unit[] = [
  { name: 'GFLOPs', size: 1e9 },
  { name: 'MFLOPs', size: 1e6 },
  { name: 'kFLOPs', size: 1e3 },
]
const byteUnits: readonly Unit[] = [
  { name: 'GiB', size: 2 ** 30 },
  { name: 'MiB', size: 2 ** 20 },
  { name: 'KiB', size: 2 ** 10 },
]

/** The largest unit of which the largest value has at least ten; one unit for all rows keeps them comparable. */
function unitFor(values: readonly number[], units: readonly Unit[]): Unit {
  const largest = Math.max(0, ...values)
  return units.find(({ size }) => largest >= 10 * size) ?? units.at(-1)!
}

function columnsOf({ methods }: Report): readonly ReportColumn[] {
  const steps = methods.map(({ trainingStep }) => trainingStep)
  const flops = unitFor(
    steps.map(({ flopsPerToken }) => flopsPerToken),
    flopUnits,
  )
  const bytes = unitFor(
    steps.map(({ peakBytes }) => peakBytes),
    byteUnits,
  )
  const memory = (what: string, of: (step: TrainingStepCosts) => number): ReportColumn => ({
    title: `${what} ${bytes.name}`,
    digits: 1,
    cell: ({ trainingStep }) => of(trainingStep) / bytes.size,
  })
  return [
    { title: 'method', cell: ({ method }) => method },
    { title: 'trained', cell: ({ parameters }) => parameters },
    { title: '% of model', digits: 3, cell: ({ shareOfModel }) => 100 * shareOfModel },
    { title: 'frozen', cell: ({ frozenParameters }) => frozenParameters },
    { title: 'stored', cell: ({ storedParameters }) => storedParameters },
    { title: 'head', cell: ({ headParameters }) => headParameters },
    { title: 'adapter FLOPs/token', cell: ({ adapterFlopsPerToken }) => adapterFlopsPerToken },
    { title: 'in a step', cell: ({ adapterStepFlopsPerToken }) => adapterStepFlopsPerToken },
    {
      title: `step ${flops.name}/token`,
      digits: 1,
      cell: ({ trainingStep }) => trainingStep.flopsPerToken / flops.size,
    },
    memory('activations', ({ activationBytes }) => activationBytes),
    { ...memory('optimiser', ({ optimizerBytes }) => optimizerBytes), digits: 2 },
    memory('peak', ({ peakBytes }) => peakBytes),
  ]
}

/** The memory of a step, with and without checkpointing: two rows for each method. */
function memoryTableOf({ methods }: Report): [columns: readonly TableColumn[], rows: TableCell[][]] {
  const rows = methods.flatMap(({ method, trainingStep, checkpointedStep }) => [
    { method, checkpointing: 'no', step: trainingStep },
    ...(checkpointedStep ? [{ method, checkpointing: 'yes', step: checkpointedStep }] : []),
  ])
  const bytes = unitFor(
    rows.map(({ step }) => step.peakBytes),
    byteUnits,
  )
  const flops = unitFor(
    rows.map(({ step }) => step.flopsPerToken),
    flopUnits,
  )
  const numbers: readonly (readonly [title: string, of: (step: TrainingStepCosts) => number])[] = [
    [`parameters ${bytes.name}`, ({ parameterBytes }) => parameterBytes / bytes.size],
    [`gradients ${bytes.name}`, ({ gradientBytes }) => gradientBytes / bytes.size],
    [`optimiser ${bytes.name}`, ({ optimizerBytes }) => optimizerBytes / bytes.size],
    [`activations ${bytes.name}`, ({ activationBytes }) => activationBytes / bytes.size],
    [`peak ${bytes.name}`, ({ peakBytes }) => peakBytes / bytes.size],
    [`step ${flops.name}/token`, ({ flopsPerToken }) => flopsPerToken / flops.size],
  ]
  return [
    [{ title: 'method' }, { title: 'checkpointing' }, ...numbers.map(([title]) => ({ title, digits: 1 }))],
    rows.map(({ method, checkpointing, step }) => [
      method,
      checkpointing,
      ...numbers.map(([, of]) => of(step)),
    ]),
  ]
}

/** The report as plain text: what was counted, and a row for each method. */
export function formatTable(report: Report): string {
  const memory = hasMemory(report) ? ['', renderTable(...memoryTableOf(report)), '', ...memoryNotes] : []
  const lines = [...summary(report, plainText), '', renderTable(...tableOf(report)), '', ...notesOn(report)]
  return [...lines, ...memory].join('\n')
}

/** The report as Markdown. */
export function formatMarkdown(report: Report): string {
  const [first, ...rest] = summary(report, markdownText)
  const memory = hasMemory(report)
    ? ['', renderMarkdownTable(...memoryTableOf(report)), '', ...memoryNotes]
    : []
  const table = renderMarkdownTable(...tableOf(report))
  return [`## ${first}`, '', ...rest, '', table, '', ...notesOn(report), ...memory].join('\n')
}

function hasMemory({ methods }: Report): boolean {
  return methods.some(({ checkpointedStep }) => checkpointedStep !== undefined)
}

function notesOn({ methods }: Report): string[] {
  const others = methods.filter((method) => !agreesWithFormula(method)).map(({ method }) => method)
  return [
    'Counted by tracing; nothing was computed. The head is trained beside the adapter and in none of the other columns.',
    'Frozen numbers are drawn at random and saved, such as bases and indices. Adapter FLOPs are those of the forward',
    'pass, and of forward and backward pass in a step, adding to the layer included; what is done once per call is',
    'spread over the batch. A step is forward, backward and AdamW; its memory is of this batch, in float32.',
    others.length === 0
      ? 'The formulas of the methods give the same parameters and the same FLOPs of the forward pass.'
      : `The formulas of ${others.join(', ')} give other parameters or other FLOPs of the forward pass.`,
  ]
}

function agreesWithFormula({ closedForm, parameters, adapterFlopsPerToken }: MethodReport): boolean {
  if (closedForm === null) return true
  const difference = Math.abs(closedForm.adapterFlopsPerToken - adapterFlopsPerToken)
  return closedForm.parameters === parameters && difference <= 1e-9 * adapterFlopsPerToken
}

const memoryNotes = [
  'With activation checkpointing a layer keeps what comes in and is computed a second time for its gradients.',
  'The peak is either in the backward pass or at the update, when the gradients of all that is trained are there.',
]

function summary({ model, batch, methods }: Report, clean: (text: string) => string): string[] {
  const targets = [...new Set(methods.flatMap(({ targets }) => targets))]
  return [
    `${clean(model.name)} (${model.architecture})`,
    `${formatNumber(model.parameters)} parameters, ${inUnit(model.parameterBytes, byteUnits)}; ` +
      `${inUnit(model.forwardFlopsPerToken, flopUnits)} per token of a forward pass.`,
    `Batch: ${batch.batchSize} × ${batch.sequenceLength} tokens.` +
      (targets.length > 0 ? ` Targets: ${clean(targets.join(', '))}.` : ''),
  ]
}

function inUnit(value: number, units: readonly Unit[]): string {
  const { name, size } = unitFor([value], units)
  return `${formatNumber(value / size, 1)} ${name}`
}

function tableOf(report: Report): [columns: readonly TableColumn[], rows: TableCell[][]] {
  const columns = columnsOf(report)
  return [columns, report.methods.map((method) => columns.map(({ cell }) => cell(method)))]
}
