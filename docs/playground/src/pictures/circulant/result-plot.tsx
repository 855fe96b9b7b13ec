import * as Plot from '@observablehq/plot'
import { useMemo } from 'preact/hooks'
import { PlotFigure } from '../../interface/plot.js'
import { formatNumber } from '../format.js'
import { indexAxes } from '../index-axes.js'

interface ResultPlotProps {
  readonly byMatrix: ArrayLike<number>
  readonly byTransforms: ArrayLike<number>
}

/** y as both ways give it: a circle for one, and in it a dot for the other. */
export function ResultPlot({ byMatrix, byTransforms }: ResultPlotProps) {
  const options = useMemo((): Plot.PlotOptions => {
    const points = Array.from(byMatrix, (value, r) => ({ r, matrix: value, transforms: byTransforms[r]! }))
    const last = points.length - 1
    return {
      ...indexAxes(last, { x: 'place r', y: 'y[r]' }),
      marks: [
        Plot.ruleY([0]),
        Plot.ruleX(points, { x: 'r', y: 'matrix', stroke: 'var(--line)', strokeWidth: 2 }),
        Plot.dot(points, {
          x: 'r',
          y: 'matrix',
          stroke: 'var(--series-2)',
          strokeWidth: 2,
          r: last > 32 ? 3.5 : 6,
        }),
        Plot.dot(points, { x: 'r', y: 'transforms', fill: 'var(--series-1)', r: last > 32 ? 1.5 : 3 }),
      ],
    }
  }, [byMatrix, byTransforms])
  const numbers = Array.from(byTransforms, formatNumber).join(', ')
  return <PlotFigure label={`y, from place 0 on: ${numbers}`} options={options} />
}
