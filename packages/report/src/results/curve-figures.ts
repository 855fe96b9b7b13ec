import { type Configuration, groupBy } from './configurations.js'
import { meanCurve, thinnedCurve } from './curve.js'
import { axisFor, type LineFigure, linkName } from './results-report.js'

/** More lines than these cannot be told apart in one plot. */
export const mostSeries = 8
const mostPoints = 32

const curveTitles: { readonly [name: string]: string } = {
  loss: 'Training loss',
  gradientNorm: 'Gradient norm',
  accuracy: 'Accuracy',
}

/** For each curve that was recorded, lines of the configurations: means over their runs, some in each plot. */
export function curveFigures(id: string, configurations: readonly Configuration[]): LineFigure[] {
  const names = [
    ...new Set(configurations.flatMap(({ runs }) => runs.flatMap(({ curves }) => Object.keys(curves)))),
  ]
  return names.flatMap((name) => {
    const all = configurations.map(({ label, family, runs }) => {
      const curves = runs.flatMap(({ curves }) => (Object.hasOwn(curves, name) ? [curves[name]!] : []))
      const { steps, values } = thinnedCurve(meanCurve(curves), mostPoints)
      const points = steps.map((step, i) => [step, values[i]!] as const)
      return { label, family, points }
    })
    const plots = inPlots(all)
    const title = Object.hasOwn(curveTitles, name) ? curveTitles[name]! : name
    const y = axisFor(
      title.toLowerCase(),
      all.flatMap(({ points }) => points.map(([, value]) => value)),
    )
    return plots.map(
      ({ what, series }, i): LineFigure => ({
        kind: 'lines',
        id: `${id}-${linkName(name)}${plots.length > 1 ? `-${i + 1}` : ''}`,
        title: what === '' ? title : `${title}: ${what}`,
        description: `Over the steps, from first to last: ${series
          .filter(({ points }) => points.length > 0)
          .map(({ label, points }) => `${label} ${brief(points[0]![1])} to ${brief(points.at(-1)![1])}`)
          .join('; ')}.`,
        x: { title: 'step', logarithmic: false },
        y,
        series,
      }),
    )
  })
}

/**
 * All in one plot if they are few; otherwise a family in each. Of a large family the plot has some, from its first to its
 * last, and says so.
 */
export function inPlots<Series extends { readonly family: string; readonly points: readonly unknown[] }>(
  all: readonly Series[],
): { readonly what: string; readonly series: readonly Series[] }[] {
  const filled = all.filter(({ points }) => points.length > 0)
  if (filled.length === 0) return []
  if (all.length <= mostSeries) return [{ what: '', series: all }]
  return [...groupBy(filled, ({ family }) => family)].map(([family, members]) => {
    const count = members.length
    if (count <= mostSeries) return { what: family, series: members }
    const series = Array.from(
      { length: mostSeries },
      (_, i) => members[Math.round((i * (count - 1)) / (mostSeries - 1))]!,
    )
    return { what: `${family}, ${mostSeries} of ${count}`, series }
  })
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)))
}
