import { type Adapter, loadAdapter } from '@gyre/adapters'
import { adapterMethods, checkHead, headFor, type RunRecord, type Task } from '@gyre/train'
import { longestSequence } from '@gyre/transformers'
import type { BuiltInData, FolderFile, Measures, RunFacts, RunRequest } from '../contract.js'
import { tracedCosts } from '../traced-costs.js'
import type { Base } from './base-model.js'
import { findBase, readAdapterFolder } from './find-base.js'
import type { FineTuned } from './fine-tuned.js'
import { measureHeldOut } from './held-out.js'
import { openBackend } from './open-backend.js'
import { readingWords, readRunTask } from './run-task.js'
import type { Surroundings } from './surroundings.js'

/** An adapter from files, in its base model. */
export interface LoadedRun {
  readonly facts: RunFacts
  readonly fineTuned: FineTuned
  /** As they came. */
  readonly files: readonly FolderFile[]
  /** The steps that it was trained for, where it says so. */
  readonly step: number
  /** On what is held out of the built-in data that it was trained on, where it was. */
  readonly measure: ((onShare: (share: number) => void) => Promise<Measures>) | undefined
}

/** As `gyre evaluate` has it. */
const batchSize = 8
const sequenceLengthOfOthers = 64

export async function loadRun(
  { files, backend: asked }: Extract<RunRequest, { type: 'load' }>,
  { fetchFile, emit }: Surroundings,
): Promise<LoadedRun> {
  const tell = (doing: string): void => emit({ type: 'status', status: 'preparing', doing })
  const folder = readAdapterFolder(files)
  tell('opening the backend')
  const backend = await openBackend(asked)
  tell('reading the base model')
  const { base, purpose } = await findBase(folder, fetchFile)
  const model = await base.load({ ...headFor(purpose), seed: 0 })
  const adapter = loadAdapter(model, folder.files, Object.values(adapterMethods))
  const { record } = folder
  const sequenceLength =
    record?.sequenceLength ?? Math.min(sequenceLengthOfOthers, longestSequence(model.config))
  const found = record && (await findData(record, base, { fetchFile, tell }))
  if (found) checkHead(model, found.task)
  const { kind, labels } = purpose
  return {
    facts: {
      backend: backend.words,
      backendRemarks: backend.remarks,
      kind,
      labels,
      dataRemarks: [],
      ...tracedCosts(model, methodOf(adapter), { batchSize, sequenceLength }),
      learningRates: [],
      loaded: {
        base: base.name,
        method: record?.method ?? adapter.method.label,
        targets: adapter.method.targets.targets,
        record,
        data: found?.data,
      },
    },
    fineTuned: {
      base: base.name,
      model,
      tokenizer: base.tokenizer,
      kind,
      labels,
      sequenceLength,
      seed: 0,
      adapter,
    },
    files,
    step: record?.steps ?? 0,
    measure: found && ((onShare) => measureHeldOut(model, found.task, onShare)),
  }
}

const methodOf = ({ method }: Adapter) => ({ kind: 'adapter', label: method.label, method }) as const

/** The built-in data that an adapter was trained on, with what is held out of it. */
interface FoundData {
  readonly data: BuiltInData
  readonly task: Task
}

/**
 * A record names its task, and no data. Which text it was tells the ratio of its two measures: it is the tokens of
 * what is held out by its characters.
 */
async function findData(
  record: RunRecord,
  base: Base,
  { fetchFile, tell }: Pick<Surroundings, 'fetchFile'> & { readonly tell: (doing: string) => void },
): Promise<FoundData | undefined> {
  const { loss, bitsPerCharacter } = record.heldOut ?? {}
  const tokensPerCharacter = loss && bitsPerCharacter && (bitsPerCharacter * Math.LN2) / loss
  const names: readonly BuiltInData[] =
    record.task === 'era'
      ? ['era']
      : record.task === 'lm' && tokensPerCharacter
        ? ['moby-dick', 'speeches']
        : []
  for (const name of names) {
    const data = { kind: 'built-in', name } as const
    tell(readingWords(data))
    const options = { batchSize, sequenceLength: record.sequenceLength, seed: 0 }
    const task = await readRunTask(data, base, { fetchFile, options, heldOutOnly: true })
    if (name === 'era' || isNear(tokensPerCharacter!, tokensPerCharacterOf(task))) return { data: name, task }
  }
  return undefined
}

function tokensPerCharacterOf({ heldOut, heldOutCharacters }: Task): number {
  let tokens = 0
  for (const { labelCount } of heldOut.inOrder()) tokens += labelCount
  return tokens / heldOutCharacters!
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9 * b
