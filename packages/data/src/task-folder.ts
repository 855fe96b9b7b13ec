import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from './data-error.js'
import { decodeUtf8 } from './decode-utf8.js'
import { holdOutTenth, type SplitExamples } from './hold-out-tenth.js'
import { type PromptAndAnswer, readPrompts } from './instruct-examples.js'
import {
  type Example,
  type LabelledExamples,
  readExamples,
  readUnlabelled,
  type UnlabelledTexts,
} from './labelled-examples.js'
import type { TableFormat } from './table.js'
import {
  type ClassificationTask,
  type InstructTask,
  type RegressionTask,
  type TableTask,
  tableFormatOf,
} from './table-tasks.js'

/** Labelled examples, and what each label index stands for; scores have no labels. */
export interface TaskData extends SplitExamples<Example> {
  readonly labels: readonly string[]
}

/**
 * A task from a folder with a training and a development file, such as `train.tsv` and `dev.tsv`, or from one file.
 * Where there is only one file, every tenth of its rows is held out. `labels` are those of a model that is there
 * already; otherwise they are the task's, or the training file's.
 */
export async function readTaskFolder(
  path: string,
  task: ClassificationTask | RegressionTask,
  labels?: readonly string[],
): Promise<TaskData> {
  const { trainFile, devFile } = await findFiles(path, task)
  const read = async (file: string, known: readonly string[] | undefined) => {
    const { text, format } = await readTableFile(file, task)
    return readExamples(task, text, { source: file, format }, known)
  }
  const train = await read(trainFile, labels)
  if (devFile === undefined) return { ...holdOutTenth(train.examples, trainFile), labels: train.labels }
  const dev = await read(devFile, train.labels)
  return { train: train.examples, dev: dev.examples, labels: train.labels }
}

/** Prompts and answers, from a folder or one file, as `readTaskFolder` takes them. */
export async function readPromptFolder(
  path: string,
  task: InstructTask,
): Promise<SplitExamples<PromptAndAnswer>> {
  const { trainFile, devFile } = await findFiles(path, task)
  const read = async (file: string) => {
    const { text, format } = await readTableFile(file, task)
    return readPrompts(task, text, { source: file, format })
  }
  const train = await read(trainFile)
  return devFile === undefined ? holdOutTenth(train, trainFile) : { train, dev: await read(devFile) }
}

/** Every example of one file, none held out; `labels` are those that the model knows. */
export async function readExampleFile(
  path: string,
  task: ClassificationTask | RegressionTask,
  labels: readonly string[] | undefined,
): Promise<LabelledExamples> {
  const { text, format } = await readTableFile(path, task)
  return readExamples(task, text, { source: path, format }, labels)
}

/** Every prompt and answer of one file. */
export async function readPromptFile(path: string, task: InstructTask): Promise<PromptAndAnswer[]> {
  const { text, format } = await readTableFile(path, task)
  return readPrompts(task, text, { source: path, format })
}

/** The texts of a file that need not have labels. */
export async function readUnlabelledFile(
  path: string,
  task: ClassificationTask | RegressionTask,
): Promise<UnlabelledTexts> {
  const { text, format } = await readTableFile(path, task)
  return readUnlabelled(task, text, { source: path, format })
}

/** The training and the development file of a folder; or a file alone. */
async function findFiles(
  path: string,
  { formats, devFile = 'dev' }: TableTask,
): Promise<{ trainFile: string; devFile?: string }> {
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new DataError(`${path}: there is no such file or folder`) : error
  })
  if (!entry.isDirectory()) return { trainFile: path }
  const files = (await readdir(path)).sort()
  const find = (start: string): string | undefined => {
    const fitting = files.filter(
      (name) => name.startsWith(start) && formats.some((format) => name.endsWith(`.${format}`)),
    )
    const exact = fitting.filter((name) => formats.some((format) => name === `${start}.${format}`))
    const [found, other] = exact.length > 0 ? exact : fitting
    if (other !== undefined)
      throw new DataError(`${path}: expected one ${start} file, found ${found} and ${other}`)
    return found
  }
  const train = find('train')
  if (train === undefined) {
    const expected = formats.map((format) => `train.${format}`).join(' or ')
    throw new DataError(`${path}: expected a file ${expected}, found ${files.join(', ') || 'nothing'}`)
  }
  const dev = find(devFile)
  return dev === undefined
    ? { trainFile: join(path, train) }
    : { trainFile: join(path, train), devFile: join(path, dev) }
}

/** A file's text, and its format: by the ending of its name where a task takes several. */
async function readTableFile(path: string, task: TableTask): Promise<{ text: string; format: TableFormat }> {
  const format = tableFormatOf(path, task)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new DataError(`${path}: there is no such file`) : error
  })
  return { text: decodeUtf8(bytes, path), format }
}
