import { finalLoss } from '../simulation.js'
import type { JsonValue } from './json-value.js'
import type { ResultRecord } from './record.js'

/** Whether a file is one that `gyre simulate` wrote. */
export function isSimulation(file: JsonValue): boolean {
  const format = file.get('format')
  return format.isPresent && format.scalar() === 'gyre-simulation'
}

/** A record for each network of a simulation. */
export function simulationRecords(simulation: JsonValue): ResultRecord[] {
  const version = simulation.get('version')
  if (version.number() !== 1) throw version.expected('1')
  const settings = simulation.get('settings')
  const shared = Object.fromEntries(
    ['width', 'layers', 'outputs', 'steps', 'batchSize', 'seed'].map((name) => [
      optionName(name),
      settings.get(name).number(),
    ]),
  )
  const starts = new Map(
    simulation
      .get('gradients')
      .items()
      .map((start) => [start.get('blockSize').number(), start]),
  )
  return simulation
    .get('runs')
    .items()
    .map((run): ResultRecord => {
      const blockSize = run.get('blockSize').number()
      const optimizer = run.get('optimizer').string()
      const method = blockSize === 1 ? 'dense' : `bca:p=${blockSize}`
      const rate = run.get('scaledRate').scalar() === true ? 'α / p' : 'α'
      const losses = numbers(run.get('losses'))
      const norms = numbers(run.get('gradNorms'))
      const divergedAt = run.get('divergedAt').isPresent ? run.get('divergedAt').number() : undefined
      const loss = finalLoss({ losses, gradNorms: norms, divergedAt })
      return {
        format: 1,
        kind: 'simulate',
        cell: ['simulate', JSON.stringify(shared), optimizer, method, rate].join(' '),
        settings: {
          ...shared,
          optimizer,
          method,
          rate,
          'learning-rate': run.get('learningRate').number(),
        },
        versions: {},
        metrics: {
          ...(divergedAt !== undefined && { diverged: 1, divergedAt }),
          ...(loss !== undefined && { finalLoss: loss }),
          ...(norms.length > 0 && { largestGradientNorm: Math.max(...norms) }),
          ...startOf(starts.get(blockSize)),
        },
        curves: { loss: curveFromStart(losses), gradientNorm: curveFromStart(norms) },
        finishedAt: '',
      }
    })
}

function startOf(start: JsonValue | undefined): ResultRecord['metrics'] {
  if (start === undefined) return {}
  return {
    trainableParameters: start.get('parameters').number(),
    firstGradientNorm: start.get('norm').number(),
    firstDenseGradientNorm: start.get('denseNorm').number(),
  }
}

function numbers(list: JsonValue): number[] {
  return list.items().map((item) => item.number())
}

function curveFromStart(values: readonly number[]) {
  return { steps: values.map((_, i) => i + 1), values }
}

/** `batchSize` as the command line has it: `batch-size`. */
function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
