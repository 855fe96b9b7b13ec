import { readFile } from 'node:fs/promises'
import { Tokenizer, trainBytePairTokenizer } from '@gyre/data'
import { createModel, type ModelTask, parseConfig, saveModel } from '@gyre/transformers'
import { sentencesAtSea, sentencesInTheGarden, tinyConfigs } from '../../../test/tiny-runs.js'
import type { RunEvent, RunRequest, RunSettings, RunStatus } from '../src/workbench/contract.js'
import { RunSession } from '../src/workbench/worker/run-session.js'
import type { RunStore, SavedState } from '../src/workbench/worker/surroundings.js'

/** A text that a tiny decoder learns within some steps. */
export const gardenText = sentencesInTheGarden(300).join('\n')

/** Sentences with their place as the class, as a table. */
export const placesTable = ['text\tlabel']
  .concat(sentencesAtSea(60).flatMap((text, i) => [`${text}\tsea`, `${sentencesInTheGarden(60)[i]}\tgarden`]))
  .join('\n')

/** The files of a page whose base models are tiny and know nothing. */
export async function tinyPage(): Promise<(path: string) => Promise<Blob>> {
  const files = new Map<string, string | Uint8Array>()
  const specialTokens = {
    decoder: ['<unk>', '<s>', '</s>'],
    encoder: ['<s>', '<pad>', '</s>', '<unk>', '<mask>'],
  }
  const models: Record<keyof typeof specialTokens, readonly [object, ModelTask]> = {
    decoder: [{ ...tinyConfigs.llama, bos_token_id: 1, eos_token_id: 2 }, 'causal-lm'],
    encoder: [tinyConfigs.roberta, 'masked-lm'],
  }
  for (const name of ['decoder', 'encoder'] as const) {
    const [fields, task] = models[name]
    const model = createModel(parseConfig({ ...fields }, name), { seed: 1, task })
    for (const [file, contents] of Object.entries(await saveModel(model)))
      files.set(`bases/${name}/${file}`, contents)
    const json = trainBytePairTokenizer(gardenText, { vocabSize: 280, specialTokens: specialTokens[name] })
    files.set(`bases/${name}/tokenizer.json`, JSON.stringify(new Tokenizer(json).json))
  }
  const corpora = new URL('../../../packages/data/corpora/', import.meta.url)
  return async (path) => {
    const corpus = /^data\/(.+)\.bin$/.exec(path)?.[1]
    const contents = corpus
      ? await readFile(new URL(`${corpus}.jsonl.gz`, corpora))
      : (files.get(path) ?? Promise.reject(new Error(`${path}: there is no such file`)))
    return new Blob([(await contents) as string | Uint8Array<ArrayBuffer>])
  }
}

/** Saved runs, copied as a database would. */
export class MemoryStore implements RunStore {
  readonly states = new Map<string, SavedState>()
  readonly settings = new Map<string, RunSettings>()

  async begin(id: string, settings: RunSettings): Promise<void> {
    this.settings.set(id, structuredClone(settings))
  }
  async save(id: string, saved: SavedState): Promise<void> {
    this.states.set(id, structuredClone(saved))
  }
  async read(id: string): Promise<SavedState | undefined> {
    return structuredClone(this.states.get(id))
  }
}

/** A session with everything that it has emitted. */
export class TestSession {
  readonly events: RunEvent[] = []
  readonly #session: RunSession
  readonly #watchers = new Set<() => void>()

  constructor(fetchFile: (path: string) => Promise<Blob>, store: RunStore = new MemoryStore()) {
    this.#session = new RunSession({
      fetchFile,
      store,
      emit: (event) => {
        this.events.push(structuredClone(event))
        for (const watch of this.#watchers) watch()
      },
    })
  }

  send(request: RunRequest): this {
    this.#session.handle(request)
    return this
  }

  train(id: string, settings: RunSettings): this {
    return this.send({ type: 'train', filesAt: '', id, settings })
  }

  of<Type extends RunEvent['type']>(type: Type): Extract<RunEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as Extract<RunEvent, { type: Type }>[]
  }

  get steps() {
    return this.of('steps').flatMap(({ steps }) => steps)
  }

  get measured() {
    return this.of('measured').map(({ measured }) => measured)
  }

  /** Until an event is there for which `isIt` holds, or the run has failed. */
  async until(isIt: (event: RunEvent) => boolean): Promise<RunEvent> {
    for (;;) {
      const found = this.events.find((event) => isIt(event) || event.type === 'failed')
      if (found?.type === 'failed' && !isIt(found)) throw new Error(found.sentence)
      if (found) return found
      await new Promise<void>((resolve) => {
        this.#watchers.add(resolve)
      })
      this.#watchers.clear()
    }
  }

  untilStatus(status: RunStatus): Promise<RunEvent> {
    return this.until((event) => event.type === 'status' && event.status === status)
  }

  async export(question = 1) {
    this.send({ type: 'export', question })
    const event = await this.until(
      (event) => (event.type === 'exported' || event.type === 'refused') && event.question === question,
    )
    if (event.type !== 'exported') throw new Error(event.type === 'refused' ? event.sentence : event.type)
    return event.files
  }
}
