import { ReportError } from '../errors.js'
import { benchmarkSection } from './benchmark-section.js'
import { groupBy } from './configurations.js'
import { environmentSection } from './environment-section.js'
import type { ResultRecord } from './record.js'
import {
  linkName,
  type ReportSection,
  type ResultsReport,
  type SummaryItem,
  untaken,
} from './results-report.js'
import { trainingSection } from './training-section.js'

/** What each kind of work is called, and by which settings its results fall into sections. */
const kinds: {
  readonly [kind: string]: {
    readonly title: string
    readonly sectionBy: readonly string[]
    readonly section: typeof trainingSection
  }
} = {
  compare: { title: 'Comparison', sectionBy: ['task', 'length'], section: trainingSection },
  sweep: {
    title: 'Sweep',
    sectionBy: ['model', 'task'],
    section: (id, title, records) => trainingSection(id, title, sortedByMethod(records)),
  },
  simulate: { title: 'Simulation', sectionBy: ['optimizer'], section: trainingSection },
  bench: { title: 'Benchmark', sectionBy: ['suite'], section: benchmarkSection },
}

/** Puts results in order: a section for each task or suite of each kind of work, what came out of it, and the environment. */
export function reportResults(records: readonly ResultRecord[]): ResultsReport {
  if (records.length === 0) throw new ReportError('reportResults: there are no results')
  const taken = new Set(['summary', 'environment'])
  const sections: ReportSection[] = []
  const summary: SummaryItem[] = []
  for (const group of groupBy(records, (record) => sectionTitle(record)).entries()) {
    const [title, own] = group
    const id = untaken(linkName(title), taken)
    const { section, sentences } = kindOf(own[0]!).section(id, title, own)
    sections.push(section)
    summary.push({ section: id, title, sentences })
  }
  const title = sections.length === 1 ? sections[0]!.title : 'Results'
  return { title, summary, sections: [...sections, environmentSection(records)] }
}

/** Runs of a sweep end in the order that its processes bring about, which says nothing. */
function sortedByMethod(records: readonly ResultRecord[]): ResultRecord[] {
  const { compare } = new Intl.Collator('en', { numeric: true })
  const methodOf = ({ settings }: ResultRecord): string => String(settings.method ?? '')
  return [...records].sort((a, b) => compare(methodOf(a), methodOf(b)))
}

function kindOf({ kind }: ResultRecord): (typeof kinds)[string] {
  return Object.hasOwn(kinds, kind)
    ? kinds[kind]!
    : { title: kind, sectionBy: ['model', 'task'], section: trainingSection }
}

function sectionTitle(record: ResultRecord): string {
  const { title, sectionBy } = kindOf(record)
  const values = sectionBy.map((name) => record.settings[name] ?? null).filter((value) => value !== null)
  return values.length > 0 ? `${title}: ${values.join(', ')}` : title
}
