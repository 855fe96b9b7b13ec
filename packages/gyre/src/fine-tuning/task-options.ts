import { type NamedColumns, type TableTask, tableTasks, withColumns } from '@gyre/data'
import type { Command } from 'commander'
import { UsageError } from '../errors.js'

/** Every task by its name: a text, the built-in speeches, and what is read from tables. */
export const taskNames = ['lm', 'era', ...Object.keys(tableTasks)]

/** Which columns a task is read from; a fine-tuned folder keeps them. */
export interface ColumnOptions {
  readonly textColumn?: string
  readonly pairColumn?: string
  readonly labelColumn?: string
  readonly promptColumn?: string
  readonly completionColumn?: string
}

/** Adds the options that name columns to a command. */
export function addColumnOptions(command: Command): Command {
  return command
    .option('--text-column <name>', 'classify, regress: the text; a number counts from 1, without header')
    .option('--pair-column <name>', 'classify, regress: a second text')
    .option('--label-column <name>', 'classify, regress: the class, or the number')
    .option('--prompt-column <name>', 'instruct: what is asked')
    .option('--completion-column <name>', 'instruct: the answer')
}

/** The columns that were asked for, by their meaning; those alone. */
export function namedColumns(options: ColumnOptions): NamedColumns {
  const columns: NamedColumns = {
    text: options.textColumn,
    pair: options.pairColumn,
    label: options.labelColumn,
    prompt: options.promptColumn,
    completion: options.completionColumn,
  }
  return Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== undefined))
}

/** A task of the table, with the columns that were asked for; undefined for `lm` and `era`. */
export function findTableTask(name: string, named: NamedColumns): TableTask | undefined {
  if (!taskNames.includes(name)) {
    throw new UsageError(`--task ${name}: expected one of ${taskNames.join(', ')}`)
  }
  const asked = Object.keys(named) as (keyof NamedColumns)[]
  const takes: { readonly [task: string]: readonly (keyof NamedColumns)[] } = {
    classify: ['text', 'pair', 'label'],
    regress: ['text', 'pair', 'label'],
    instruct: ['prompt', 'completion'],
  }
  const other = asked.find((key) => !takes[name]?.includes(key))
  if (other !== undefined)
    throw new UsageError(`--${other}-column: --task ${name} has no such column to name`)
  if (!Object.hasOwn(tableTasks, name)) return undefined
  return withColumns<TableTask>(tableTasks[name as keyof typeof tableTasks], named)
}
