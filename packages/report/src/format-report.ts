import type { MethodReport, Report } from './report-model.js'
import { formatNumber, renderMarkdownTable, renderTable, type TableCell, type TableColumn } from './table.js'

interface ReportColumn extends TableColumn {
  readonly cell: (method: MethodReport) => TableCell
}

const columns: readonly ReportColumn[] = [
  { title: 'method', cell: ({ method }) => method },
  { title: 'parameters', cell: ({ parameters }) => parameters },
  { title: '% of model', digits: 3, cell: ({ shareOfModel }) => 100 * shareOfModel },
  { title: 'head', cell: ({ headParameters }) => headParameters },
  { title: 'adapter FLOPs/token', cell: ({ adapterFlopsPerToken }) => adapterFlopsPerToken },
  { title: 'by formula', cell: ({ closedForm }) => closedForm?.adapterFlopsPerToken },
  {
    title: 'step MFLOPs/token',
    digits: 1,
    cell: ({ trainingStep }) => trainingStep.flopsPerToken / 1e6,
  },
  {
    title: 'activations MiB',
    digits: 1,
    cell: ({ trainingStep }) => mebibytes(trainingStep.activationBytes),
  },
  { title: 'optimiser MiB', digits: 1, cell: ({ trainingStep }) => mebibytes(trainingStep.optimizerBytes) },
  { title: 'peak MiB', digits: 1, cell: ({ trainingStep }) => mebibytes(trainingStep.peakBytes) },
]

/** The report as plain text: what was counted, and a row for each method. */
export function formatTable(report: Report): string {
  return [...summary(report), '', renderTable(columns, rowsOf(report)), '', ...notes].join('\n')
}

/** The report as Markdown. */
export function formatMarkdown(report: Report): string {
  const [first, ...rest] = summary(report)
  return [`## ${first}`, '', ...rest, '', renderMarkdownTable(columns, rowsOf(report)), '', ...notes].join(
    '\n',
  )
}

const notes = [
  'Counted by tracing; nothing was computed. The head is trained beside the adapter and not in its parameters.',
  'Adapter FLOPs are those of the forward pass, adding to the layer included; what is done once per call is',
  'spread over the batch. A step is forward, backward and AdamW; its memory is of this batch, in float32.',
]

function summary({ model, batch, methods }: Report): string[] {
  const targets = [...new Set(methods.flatMap(({ targets }) => targets))]
  return [
    `${model.name} (${model.architecture})`,
    `${formatNumber(model.parameters)} parameters, ${formatNumber(mebibytes(model.parameterBytes), 1)} MiB; ` +
      `${formatNumber(model.forwardFlopsPerToken / 1e6, 1)} MFLOPs per token of a forward pass.`,
    `Batch: ${batch.batchSize} × ${batch.sequenceLength} tokens.` +
      (targets.length > 0 ? ` Targets: ${targets.join(', ')}.` : ''),
  ]
}

function rowsOf({ methods }: Report): TableCell[][] {
  return methods.map((method) => columns.map(({ cell }) => cell(method)))
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20
}
