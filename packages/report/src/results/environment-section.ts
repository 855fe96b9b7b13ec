import { groupBy } from './configurations.js'
import type { ResultRecord } from './record.js'
import type { ReportSection } from './results-report.js'
import { seedsOf } from './training-section.js'

/** On what the results were made, when, and from which seeds. */
export function environmentSection(records: readonly ResultRecord[]): ReportSection {
  const facts = records.flatMap((record) => [
    ...Object.entries(record.versions),
    ...('seed' in record.settings ? [['seed', String(record.settings.seed)] as const] : []),
  ])
  const rows = [...groupBy(facts, (fact) => JSON.stringify(fact))]
    .map(([, same]) => [...same[0]!, same.length] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const times = records.map(({ finishedAt }) => finishedAt).filter((time) => time !== '')
  const [first, last] = [...times].sort().filter((_, i, all) => i === 0 || i === all.length - 1)
  const seeds = seedsOf(records)
  const paragraphs = [
    ...(first ? [last && last !== first ? `Finished from ${first} to ${last}.` : `Finished ${first}.`] : []),
    ...(seeds.length > 0 ? [`Seeds: ${seeds.join(', ')}.`] : []),
  ]
  return {
    id: 'environment',
    title: 'Environment and seeds',
    paragraphs,
    tables: [
      {
        id: 'environment-versions',
        title: 'What the results were made with',
        columns: [{ title: 'what' }, { title: 'value' }, { title: 'results' }],
        rows: rows.filter(([name]) => name !== 'seed').map((row) => [...row]),
      },
    ],
    figures: [],
  }
}
