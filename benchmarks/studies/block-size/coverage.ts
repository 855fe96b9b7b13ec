import { formatDuration, formatNumber, renderMarkdownTable, type TableCell } from '@gyre/report'
import { hasAllSeeds, hasRate, type Place, placeName } from './places.js'
import type { StudyResults, StudySetting } from './study-results.js'

/** Which part of the grid the results are of, and what all of it costs. */
export function coverage(results: StudyResults, places: readonly Place[]): string {
  const { settings, seeds, processorSeconds, versions, leftOut } = results
  const sum = (of: (setting: StudySetting) => number, all = settings): number =>
    all.reduce((total, setting) => total + of(setting), 0)
  const [cells, finished] = [sum((each) => each.cells), sum((each) => each.finished)]
  const compared = places.reduce((count, place) => count + place.compared.length, 0)
  const first =
    finished === cells
      ? `All ${formatNumber(cells)} cells of the grid are finished.`
      : `**Only a part of the study has run: ${formatNumber(finished)} of ${formatNumber(cells)} cells of the grid.** ${
          compared === 0
            ? `No setting has all of its seeds (${seeds.join(', ')}) yet, so nothing is compared below.`
            : `Below, only the ${formatNumber(compared)} of ${formatNumber(settings.length)} settings are compared that have all of their seeds (${seeds.join(', ')}).`
        }`
  const names = [...new Set(settings.map(placeName))]
  const table = renderMarkdownTable(
    [
      'model, task',
      'cells',
      'finished',
      'sizes of methods',
      'with a rate',
      'with all seeds',
      'whole methods',
    ].map((title) => ({ title })),
    names.map((name): TableCell[] => {
      const own = settings.filter((setting) => placeName(setting) === name)
      const rows = [...new Set(own.map(({ row }) => row))]
      const whole = rows.filter((row) =>
        own.filter((each) => each.row === row).every((each) => hasAllSeeds(each, seeds)),
      )
      return [
        name,
        sum((each) => each.cells, own),
        sum((each) => each.finished, own),
        own.length,
        own.filter(hasRate).length,
        own.filter((each) => hasAllSeeds(each, seeds)).length,
        whole.length === rows.length ? 'all' : whole.join(', ') || 'none',
      ]
    }),
  )
  const { finished: measured, missing } = processorSeconds
  const cost =
    missing === 0
      ? `The whole grid took ${formatDuration(measured)} of one processor.`
      : `The whole grid takes about ${formatDuration(measured + missing)} of one processor: ${formatDuration(measured)} were measured, and ${formatDuration(missing)} are estimated for the missing cells, by their traced FLOPs and the speed of finished cells or of a few steps.`
  const madeWith = Object.entries(versions).map(([name, values]) => `${name} ${values.join(', ')}`)
  return [
    first,
    table,
    [
      cost,
      ...(leftOut.length > 0 ? [`Left out: ${withPlaces(leftOut).join('; ')}.`] : []),
      ...(madeWith.length > 0 ? [`Made with ${madeWith.join('; ')}.`] : []),
    ].join(' '),
  ].join('\n\n')
}

/** `decoder, era: no lora …` and `decoder, novel: no lora …` as `no lora … (decoder, era; decoder, novel)`. */
function withPlaces(texts: readonly string[]): string[] {
  const places = new Map<string, string[]>()
  for (const text of texts) {
    const [place = '', what = ''] = text.split(': ')
    places.set(what, [...(places.get(what) ?? []), place])
  }
  return [...places].map(([what, own]) => `${what} (${own.join('; ')})`)
}
