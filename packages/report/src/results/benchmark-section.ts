import { groupBy } from './configurations.js'
import { metricsAmong } from './metrics.js'
import type { ResultRecord } from './record.js'
import type { LanesFigure, ReportCell, ReportSection } from './results-report.js'
import { commonSettings } from './training-section.js'
import { counted } from './words.js'

/** The cases of a suite: what each system needs for them. */
export function benchmarkSection(
  id: string,
  title: string,
  records: readonly ResultRecord[],
): { readonly section: ReportSection; readonly sentences: readonly string[] } {
  const metrics = metricsAmong(records.flatMap((record) => Object.keys(record.metrics)))
  const text = (record: ResultRecord, name: string): string => String(record.settings[name] ?? '')
  const seriesOf = (record: ResultRecord): string => {
    const threads = record.settings.threads
    return typeof threads === 'number'
      ? `${text(record, 'system')}, ${counted(threads, 'thread')}`
      : text(record, 'system')
  }
  const cases = groupBy(records, (record) => text(record, 'case'))
  const systems = groupBy(records, seriesOf)
  const points = records.flatMap((record) => {
    const { msMin } = record.metrics
    return msMin !== undefined && msMin > 0
      ? [{ lane: text(record, 'case'), series: seriesOf(record), x: msMin }]
      : []
  })
  const figures: LanesFigure[] =
    points.length === 0
      ? []
      : [
          {
            kind: 'lanes',
            id: `${id}-times`,
            title: 'Milliseconds of one run, the minimum',
            description: `Further left is faster. Fastest: ${[...groupBy(points, ({ lane }) => lane)]
              .map(([lane, own]) => `${lane}, ${own.reduce((a, b) => (b.x < a.x ? b : a)).series}`)
              .join('; ')}.`,
            x: { title: 'milliseconds', logarithmic: true },
            points,
          },
        ]
  const fastest = [...groupBy(points, ({ lane }) => lane)].map(
    ([, own]) => own.reduce((a, b) => (b.x < a.x ? b : a)).series,
  )
  const wins = [...groupBy(fastest, (series) => series)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([series, own]) => `${series} (${counted(own.length, 'case')})`)
  return {
    section: {
      id,
      title,
      paragraphs: commonSettings(records),
      tables: [
        {
          id: `${id}-results`,
          title: 'Times',
          note: 'Of one run; the ratio is that of the minima to Gyre with as many threads, above 1 where the other is slower.',
          columns: [
            { title: 'case' },
            { title: 'system' },
            { title: 'threads' },
            ...metrics.map(({ title, format }) => ({ title, format })),
          ],
          rows: records.map((record): ReportCell[] => [
            text(record, 'case'),
            text(record, 'system'),
            Number(record.settings.threads),
            ...metrics.map(({ name }) => record.metrics[name]),
          ]),
        },
      ],
      figures,
    },
    sentences: [
      `${counted(cases.size, 'case')}, ${counted(systems.size, 'system')}.`,
      ...(wins.length > 0 ? [`Fastest by the minimum: ${wins.join('; ')}.`] : []),
    ],
  }
}
