import { type ClassificationTask, type NamedColumns, tableTasks, withColumns } from '@gyre/data'
import { computed, signal } from '@preact/signals'
import type { BaseName, BuiltInData, RunData } from '../contract.js'
import type { RunInBackground } from './background.js'
import type { ClassCount, TableOutline, VisitorFile } from './visitor-file.js'

export type DataSource = BuiltInData | 'own'

/** A table of the visitor's as the form shows it. */
export interface OwnTable {
  readonly file: Extract<VisitorFile, { readonly kind: 'table' }>
  readonly header: boolean
  readonly outline: TableOutline
  readonly columns: NamedColumns
  /** Undefined while they are counted, and where the columns hold none. */
  readonly classes: readonly ClassCount[] | undefined
  readonly problem: string | undefined
}

/** What a run is trained on: one of the built-in texts, or a file of the visitor's. */
export class DataForm {
  readonly source = signal<DataSource>('moby-dick')
  readonly ownText = signal<Extract<VisitorFile, { readonly kind: 'text' }> | undefined>(undefined)
  readonly ownTable = signal<OwnTable | undefined>(undefined)
  /** Why the last file was not taken; what was chosen before is still there. */
  readonly refusal = signal<string | undefined>(undefined)
  readonly isReading = signal(false)

  readonly base = computed((): BaseName => {
    const source = this.source.value
    return source === 'era' || (source === 'own' && this.ownTable.value) ? 'encoder' : 'decoder'
  })

  /** How many classes the data has; undefined where it has none, or nobody has counted them yet. */
  readonly classes = computed((): number | undefined => {
    if (this.source.value === 'era') return 4
    return this.source.value === 'own' ? this.ownTable.value?.classes?.length : undefined
  })

  /** Undefined as long as there is nothing to train on. */
  readonly data = computed((): RunData | undefined => {
    const source = this.source.value
    if (source !== 'own') return { kind: 'built-in', name: source }
    const table = this.ownTable.value
    if (table === undefined) return this.ownText.value
    return table.classes && { ...table.file, columns: table.columns }
  })

  readonly #run: RunInBackground

  constructor(run: RunInBackground) {
    this.#run = run
  }

  /** Takes files that were chosen or dropped: one text or one table. */
  async take(files: readonly File[]): Promise<void> {
    this.refusal.value = undefined
    if (files.length !== 1) {
      this.refusal.value = `Expected one file, got ${files.length}.`
      return
    }
    const [file] = files
    this.isReading.value = true
    try {
      await this.#takeOne(file!.name, new Uint8Array(await file!.arrayBuffer()))
    } catch (error) {
      this.refusal.value = (error as Error).message
    } finally {
      this.isReading.value = false
    }
  }

  async #takeOne(name: string, bytes: Uint8Array): Promise<void> {
    const file = await this.#run('readVisitorFile', name, bytes)
    if (file.kind === 'text') {
      this.ownText.value = file
      this.ownTable.value = undefined
    } else {
      const header = await this.#run('seemsToHaveHeader', name, file.text)
      await this.#readTable(file, header)
      this.ownText.value = undefined
    }
    this.source.value = 'own'
  }

  /** Takes the data of a run over. */
  async fill(data: RunData): Promise<void> {
    if (data.kind === 'built-in') {
      this.source.value = data.name
      return
    }
    const { fileName, text } = data
    if (data.kind === 'text') {
      this.ownText.value = { kind: 'text', fileName, text }
      this.ownTable.value = undefined
    } else {
      const { columns } = data
      const { header } = withColumns<ClassificationTask>(tableTasks.classify, columns)
      await this.#readTable({ kind: 'table', fileName, text }, header)
      await this.setColumns(columns)
      this.ownText.value = undefined
    }
    this.source.value = 'own'
  }

  /** Reads the table again, its first line as names or as a row. */
  async setHeader(header: boolean): Promise<void> {
    const { file } = this.ownTable.value!
    this.refusal.value = undefined
    try {
      await this.#readTable(file, header)
    } catch (error) {
      this.refusal.value = (error as Error).message
    }
  }

  async #readTable(file: OwnTable['file'], header: boolean): Promise<void> {
    const outline = await this.#run('outlineTable', file.fileName, file.text, header)
    this.ownTable.value = {
      file,
      header,
      outline,
      columns: outline.guess,
      classes: undefined,
      problem: undefined,
    }
    await this.#countClasses()
  }

  async setColumns(columns: NamedColumns): Promise<void> {
    this.ownTable.value = { ...this.ownTable.value!, columns, classes: undefined, problem: undefined }
    await this.#countClasses()
  }

  async #countClasses(): Promise<void> {
    const table = this.ownTable.value!
    const counted = await this.#classesOf(table)
    // Someone may have chosen other columns, or another file, in the meantime.
    if (this.ownTable.value === table) this.ownTable.value = { ...table, ...counted }
  }

  async #classesOf({ file, columns }: OwnTable): Promise<Pick<OwnTable, 'classes' | 'problem'>> {
    if (columns.text === undefined || columns.label === undefined) {
      return {
        classes: undefined,
        problem: `${file.fileName}: expected a column of texts and one of classes`,
      }
    }
    if (columns.label === columns.text) {
      const problem = `${file.fileName}: expected two columns, got "${columns.text}" for the text and for the class`
      return { classes: undefined, problem }
    }
    try {
      return {
        classes: await this.#run('countClasses', file.fileName, file.text, columns),
        problem: undefined,
      }
    } catch (error) {
      return { classes: undefined, problem: (error as Error).message }
    }
  }
}
