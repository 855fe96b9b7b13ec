import type { JsonValue } from './json-value.js'
import type { ResultRecord } from './record.js'
import { curveOf, mapped } from './record-file.js'

/** Whether a file is one that `gyre compare` wrote. */
export function isComparison(file: JsonValue): boolean {
  return ['task', 'length', 'baselines', 'runs'].every((name) => file.get(name).isPresent)
}

/** A record for each run of a comparison, and for each of its baselines. */
export function comparisonRecords(comparison: JsonValue): ResultRecord[] {
  const task = comparison.get('task').string()
  const length = comparison.get('length').string()
  const [node, backend] = [comparison.get('node').string(), comparison.get('backend').string()]
  const finishedAt = comparison.get('finishedAt')
  const common = {
    format: 1,
    kind: 'compare',
    finishedAt: finishedAt.isPresent ? finishedAt.string() : '',
  } as const
  const cellOf = (...parts: readonly (string | number)[]): string =>
    ['compare', task, length, ...parts].join(' ')
  const baselines = comparison
    .get('baselines')
    .items()
    .map((baseline): ResultRecord => {
      const method = baseline.get('name').string()
      return {
        ...common,
        cell: cellOf(method),
        settings: { task, length, method },
        versions: { node },
        metrics: { accuracy: baseline.get('accuracy').number() },
        curves: {},
      }
    })
  const runs = comparison
    .get('runs')
    .items()
    .map((run): ResultRecord => {
      const [method, seed] = [run.get('method').string(), run.get('seed').number()]
      const rate = run.get('learningRate')
      const [curves, blockSizes] = [run.get('curves'), run.get('blockSizes')]
      return {
        ...common,
        cell: cellOf(method, seed),
        settings: {
          task,
          length,
          method,
          'learning-rate': rate.isPresent ? rate.number() : null,
          seed,
        },
        versions: { node, backend },
        metrics: metricsOf(run),
        curves: curves.isPresent ? mapped(curves, curveOf) : {},
        ...(blockSizes.isPresent && { blockSizes: mapped(blockSizes, (value) => value.number()) }),
      }
    })
  return [...baselines, ...runs]
}

const metricNames = [
  'loss',
  'bitsPerCharacter',
  'accuracy',
  'trainableParameters',
  'headParameters',
  'adapterFlopsPerToken',
  'stepMilliseconds',
  'peakBytes',
]

function metricsOf(run: JsonValue): ResultRecord['metrics'] {
  const there = metricNames.filter((name) => run.get(name).isPresent)
  return Object.fromEntries(there.map((name) => [name, run.get(name).number()]))
}
