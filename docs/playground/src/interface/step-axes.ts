import { logarithmicTicks, roundSteps, shortNumber } from '@gyre/report'
import * as Plot from '@observablehq/plot'

interface StepAxesProps {
  readonly steps: readonly [first: number, last: number]
  readonly values: readonly [low: number, high: number]
  readonly logarithmic: boolean
}

/** The axes of a plot of numbers over the steps of a training, with the marks that draw them. */
export function stepAxes({ steps, values, logarithmic }: StepAxesProps) {
  const ticks = (logarithmic ? logarithmicTicks : roundSteps)(...values)
  return {
    height: 250,
    marginLeft: 52,
    marginBottom: 40,
    x: { domain: steps, label: 'step', labelArrow: 'none', labelOffset: 36 },
    y: { type: logarithmic ? 'log' : 'linear', domain: values, inset: 8 },
    // With ticks of its own: on a logarithmic axis Plot draws a line for every digit.
    marks: [Plot.gridY(ticks), Plot.axisY(ticks, { text: shortNumber, label: null })],
  } satisfies Plot.PlotOptions
}
