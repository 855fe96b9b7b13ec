import { type ResultRecord, reportResults } from '@gyre/report'
import { tradeoffsSvg } from '@gyre/report/html'
import { advice } from './advice.js'
import { coverage } from './coverage.js'
import { placeSection } from './place-section.js'
import { type ComparedSetting, type Place, placesOf } from './places.js'
import type { Measure, StudyResults } from './study-results.js'

/** The generated parts of docs/block-size.md, by the names of their marks. */
export function sectionsOf(results: StudyResults): { readonly [name: string]: string } {
  const places = placesOf(results)
  const sections = places.map((place) =>
    placeSection(place, results, hasFigure(place) ? figureFile(place) : undefined),
  )
  return {
    coverage: coverage(results, places),
    advice: advice(results),
    results: sections.join('\n\n') || 'There is none yet.',
  }
}

/** The figures, by their files' names in docs/. */
export function figuresOf(results: StudyResults): { readonly [file: string]: string } {
  return Object.fromEntries(
    placesOf(results)
      .filter(hasFigure)
      .map((place) => [figureFile(place), figureOf(place)]),
  )
}

/** What the names of all figures begin with. */
export const figurePrefix = 'block-size-'

function figureFile({ model, task }: Place): string {
  return `${figurePrefix}${model}-${task}.svg`
}

/** Whether there is something to draw. */
function hasFigure({ compared }: Place): boolean {
  return new Set(compared.map(({ trainableParameters }) => trainableParameters)).size > 1
}

/** What is reached against numbers, FLOPs, time and memory, with the front of what nothing else beats. */
function figureOf(place: Place): string {
  const records = place.compared.flatMap((setting) => recordsOf(setting, place.measure))
  const figures = reportResults(records).sections[0]!.figures
  return tradeoffsSvg(
    place.name,
    figures.filter((figure) => figure.kind === 'tradeoff'),
  )
}

function recordsOf(setting: ComparedSetting, measure: Measure): ResultRecord[] {
  const { model, task, row, method, learningRate, trainableParameters, flopsPerToken } = setting
  return setting.runs.map(({ seed, value, processorSeconds, peakBytes }) => ({
    format: 1,
    kind: 'sweep',
    cell: `${model} ${task} ${method} ${seed}`,
    settings: { model, task, row, method, 'learning-rate': learningRate, seed, tuning: false },
    versions: {},
    metrics: { [measure]: value!, trainableParameters, flopsPerToken, processorSeconds, peakBytes },
    curves: {},
    finishedAt: '',
  }))
}
