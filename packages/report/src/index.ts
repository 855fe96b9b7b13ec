export { logarithmicTicks, roundSteps } from './axis-ticks.js'
export { type Bar, type BarChart, renderBarChart } from './bar-chart.js'
export { ReportError } from './errors.js'
export { everyMethod, queryAndValueTargets } from './every-method.js'
export { formatClaims } from './format-claims.js'
export { formatMarkdown, formatTable } from './format-report.js'
export { formatSimulation, simulationMarkdown, simulationTables } from './format-simulation.js'
export { type Line, type LineChart, renderLineChart } from './line-chart.js'
export { type ClaimRow, paperClaims } from './paper-claims.js'
export {
  type MethodReport,
  type ModelCosts,
  type Report,
  type ReportOptions,
  reportModel,
  type TrainingStepCosts,
} from './report-model.js'
export { thinnedCurve } from './results/curve.js'
export { formatResults, resultsMarkdown } from './results/format-results.js'
export { type Metric, metricsAmong, shortNumber } from './results/metrics.js'
export { distinctRecords, parseResults, recordsOf } from './results/read-results.js'
export type { Curve, ResultRecord } from './results/record.js'
export { reportResults } from './results/report-results.js'
export { resultsCsv } from './results/results-csv.js'
export type {
  Figure,
  ReportCell,
  ReportColumn,
  ReportSection,
  ReportTable,
  ResultsReport,
} from './results/results-report.js'
export {
  finalLoss,
  parseSimulation,
  type SimulatedOptimizer,
  type SimulatedRun,
  type Simulation,
  type SimulationSettings,
  type StartingGradient,
  simulatedOptimizers,
} from './simulation.js'
export {
  confidenceInterval,
  type Interval,
  meanOf,
  median,
  pairedDifference,
  type Spread,
  spreadOf,
  studentQuantile,
} from './statistics.js'
export {
  formatDuration,
  formatNumber,
  markdownText,
  plainText,
  renderMarkdownTable,
  renderTable,
  type TableCell,
  type TableColumn,
} from './table.js'
export type { BatchShape } from './traced-model.js'
