import { describe, expect, it } from 'vitest'
import { renderLineChart } from './line-chart.js'

const chart = { title: 'losses', xTitle: 'step', yTitle: 'loss' }
const pathsOf = (svg: string): string[] =>
  [...svg.matchAll(/<path d="M([^"]*)" fill="none"/g)].map(([, d]) => d!)

describe('renderLineChart', () => {
  it('draws each line from the lower left to the upper right corner of its range', () => {
    const svg = renderLineChart({
      ...chart,
      lines: [
        {
          label: 'a',
          points: [
            [0, 1],
            [5, 2],
            [10, 3],
          ],
        },
      ],
    })
    expect(pathsOf(svg)).toEqual(['64.0 324.0L302.0 184.0L540.0 44.0'])
  })

  it('puts equal ratios equally far apart on a logarithmic axis, with powers of ten beside it', () => {
    const points = [
      [0.1, 1],
      [1, 10],
      [10, 100],
    ] as const
    const svg = renderLineChart({
      ...chart,
      lines: [{ label: 'a', points }],
      logarithmic: { x: true, y: true },
    })
    expect(pathsOf(svg)).toEqual(['64.0 324.0L302.0 184.0L540.0 44.0'])
    for (const tick of ['0.1', '1', '10', '100']) expect(svg).toContain(`>${tick}</text>`)
  })

  it('holds what is above the limit at the upper edge', () => {
    const lines = [
      {
        label: 'a',
        points: [
          [0, 0],
          [1, 1e9],
        ] as const,
      },
    ]
    expect(pathsOf(renderLineChart({ ...chart, lines, yLimit: 2 }))).toEqual(['64.0 324.0L540.0 44.0'])
  })

  it('gives lines of one label one colour and one entry of the legend', () => {
    const points = [
      [0, 0],
      [1, 1],
    ] as const
    const svg = renderLineChart({
      ...chart,
      lines: [
        { label: 'p = 4', points },
        { label: 'p = 4', points, dashed: true },
      ],
    })
    expect(svg.match(/>p = 4</g)).toHaveLength(1)
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
  })

  it('makes markup in texts inert, and says when there is nothing to draw', () => {
    const lines = [{ label: '<script>', points: [[0, 0]] as const }]
    expect(renderLineChart({ ...chart, lines })).toContain('&lt;script&gt;')
    expect(() => renderLineChart({ ...chart, lines: [] })).toThrow("renderLineChart: 'losses' has no points")
  })
})
