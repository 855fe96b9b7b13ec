import { DataError } from './data-error.js'
import type { TableSource } from './labelled-examples.js'
import { findColumn, kindOf, readTable, type TableRow, textIn } from './table.js'
import type { InstructTask } from './table-tasks.js'

/** A prompt, and the answer that is to be learnt. */
export interface PromptAndAnswer {
  readonly prompt: string
  readonly completion: string
}

/**
 * The prompts and answers of one file. A row with `instances`, as in Self-Instruct's seed tasks, gives one for each:
 * the instruction, a line break and the instance's input make the prompt.
 *
 * @source Wang et al.: Self-Instruct. arXiv 2212.10560, section 2.1.
 */
export function readPrompts(
  task: InstructTask,
  text: string,
  { source, format }: TableSource,
): PromptAndAnswer[] {
  const table = readTable(text, source, { ...task, format })
  const promptColumn = findColumn(table, task.columns.prompt)
  const hasInstances = table.rows.some(({ values }) => values.has('instances'))
  const completionColumn = hasInstances ? 'instances' : findColumn(table, task.columns.completion)
  const clean = (answer: string): string =>
    task.removeCalculatorMarks ? answer.replace(/<<[^<>]*>>/g, '') : answer
  return table.rows.flatMap((row) => {
    const prompt = textIn(row, promptColumn, source)
    if (!hasInstances) return [{ prompt, completion: clean(textIn(row, completionColumn, source)) }]
    return instancesOf(row, source).map(({ input, output }) => ({
      prompt: input === '' ? prompt : `${prompt}\n${input}`,
      completion: clean(output),
    }))
  })
}

function instancesOf(
  { line, values }: TableRow,
  source: string,
): { readonly input: string; readonly output: string }[] {
  const instances = values.get('instances')
  const isInstance = (value: unknown): value is { input: string; output: string } =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { input?: unknown }).input === 'string' &&
    typeof (value as { output?: unknown }).output === 'string'
  if (Array.isArray(instances) && instances.every(isInstance)) return instances
  throw new DataError(
    `${source}, line ${line}: expected "instances" to be a list of { input, output }, got ${kindOf(instances)}`,
  )
}
