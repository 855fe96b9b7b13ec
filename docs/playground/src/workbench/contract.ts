import type { BlockSizesByPath } from '@gyre/circulant'
import type { NamedColumns } from '@gyre/data'
import type { RunRecord, TaskKind } from '@gyre/train'
import type { ReadonlySignal } from '@preact/signals'
import type { TracedCosts } from './traced-costs.js'

/** The two base models that come with the page, as `gyre pretrain` writes them: `bases/decoder/config.json`, …. */
export type BaseName = 'decoder' | 'encoder'

/** Data of the packages: `era` is the speeches with the era as their class. */
export type BuiltInData = 'moby-dick' | 'speeches' | 'era'

/** What is trained on. Texts are for the decoder, classes for the encoder. */
export type RunData =
  | { readonly kind: 'built-in'; readonly name: BuiltInData }
  /** A text file of the visitor's. */
  | { readonly kind: 'text'; readonly fileName: string; readonly text: string }
  /** A table of the visitor's, TSV, CSV or JSON Lines by its ending: as the task `classify` reads it. */
  | {
      readonly kind: 'table'
      readonly fileName: string
      readonly text: string
      readonly columns: NamedColumns
    }

/** What a training is computed on; `threads` only where pages can share memory. */
export type RunBackend = { readonly name: 'gpu' | 'js' } | { readonly name: 'wasm'; readonly threads: number }

/** Everything that decides a run. */
export interface RunSettings {
  readonly base: BaseName
  readonly data: RunData
  /** As the command line takes it: `bca:p=16`. */
  readonly method: string
  readonly targets: readonly string[]
  /** Before the method scales it. */
  readonly learningRate: number
  /** Of a fresh head. */
  readonly headLearningRate: number
  readonly steps: number
  readonly warmupSteps: number
  readonly batchSize: number
  readonly sequenceLength: number
  readonly seed: number
  readonly backend: RunBackend
}

/** What is known of a run once its model is built. */
export interface RunFacts extends TracedCosts {
  /** `wasm (relaxed-simd, 4 threads)`, or the GPU's own words for itself. */
  readonly backend: string
  /** Why it is not what was asked for, or not on more threads. */
  readonly backendRemarks: readonly string[]
  readonly kind: TaskKind
  readonly labels: readonly string[]
  /** What of the data could not be used. */
  readonly dataRemarks: readonly string[]
  /** What each group of parameters learns at. */
  readonly learningRates: readonly { readonly group: string; readonly learningRate: number }[]
  /** Where the gradients chose them. */
  readonly blockSizes?: BlockSizesByPath
  /** Of an adapter that was loaded in place of a training. */
  readonly loaded?: LoadedAdapter
}

/** What is known of an adapter from files. */
export interface LoadedAdapter {
  /** The base model that it fits. */
  readonly base: BaseName
  readonly method: string
  readonly targets: readonly string[]
  /** What it says of its training; undefined for one from elsewhere. */
  readonly record: RunRecord | undefined
  /** The built-in data that it was trained on, where that can be told: it is measured on what is held out of it. */
  readonly data: BuiltInData | undefined
}

/** After every step. */
export interface RunStep {
  readonly step: number
  readonly loss: number
  readonly gradNorm: number
  readonly learningRate: number
  readonly milliseconds: number
  /** Tokens that the step was trained on, padding left out. */
  readonly tokens: number
  /** Of the backend: the WebAssembly memory, or buffers of the GPU; 0 on `js`, which has no memory of its own. */
  readonly backendBytes: number
}

/** Held-out measures by their names, as `gyre evaluate` calls them: `loss`, `bitsPerCharacter`, `accuracy`. */
export type Measures = { readonly [metric: string]: number }

/** One of the files of a run's folder, or of a visitor's. */
export interface FolderFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** What a model says to a text. */
export type Answer =
  /** How it goes on: what comes after the text that was asked. */
  | { readonly kind: 'text'; readonly text: string }
  /** In the order of the labels. */
  | {
      readonly kind: 'classes'
      readonly probabilities: readonly { readonly label: string; readonly probability: number }[]
    }
  | { readonly kind: 'number'; readonly value: number }

/** To the worker of a run. Each run has a worker of its own. `filesAt` is the address of `bases/` and `data/`. */
export type RunRequest =
  /** Trains, from the beginning or from where the run was saved under this id. */
  | {
      readonly type: 'train'
      readonly filesAt: string
      readonly id: string
      readonly settings: RunSettings
    }
  /** Takes an adapter's files in place of a training: it can be asked, measured and exported. */
  | {
      readonly type: 'load'
      readonly filesAt: string
      readonly files: readonly FolderFile[]
      readonly backend: RunBackend
    }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Answered between two steps. */
  | { readonly type: 'ask'; readonly question: number; readonly text: string }
  /** The adapter's folder: configuration, weights and `gyre_run.json`; answered between two steps. */
  | { readonly type: 'export'; readonly question: number }

export type RunStatus = 'preparing' | 'training' | 'paused' | 'measuring' | 'finished' | 'failed'

/** From the worker of a run. */
export type RunEvent =
  | { readonly type: 'status'; readonly status: Exclude<RunStatus, 'failed'>; readonly doing?: string }
  | { readonly type: 'facts'; readonly facts: RunFacts }
  /** A resumed run gives the steps of before at once. */
  | { readonly type: 'steps'; readonly steps: readonly RunStep[] }
  /** On a part of what is held out while the run goes on, on all of it at the end. */
  | { readonly type: 'measured'; readonly measured: Measured }
  | { readonly type: 'answer'; readonly question: number; readonly answer: Answer }
  | { readonly type: 'exported'; readonly question: number; readonly files: readonly FolderFile[] }
  /** What went wrong without ending the run: it could not be saved. */
  | { readonly type: 'remark'; readonly sentence: string }
  /** What `ask` or `export` could not do. */
  | { readonly type: 'refused'; readonly question: number; readonly sentence: string }
  /** The run is over; `savedStep` is where training it again under the same id goes on. */
  | { readonly type: 'failed'; readonly sentence: string; readonly savedStep: number | undefined }

/** A run as the page holds it: what its worker has told, and what can be asked of it. */
export interface Run {
  readonly id: string
  /** Undefined for a loaded adapter, of which `facts.value.loaded` tells what is known. */
  readonly settings: ReadonlySignal<RunSettings | undefined>
  readonly status: ReadonlySignal<RunStatus>
  /** What it is busy with, beside training: `reading Moby-Dick`. */
  readonly doing: ReadonlySignal<string | undefined>
  readonly facts: ReadonlySignal<RunFacts | undefined>
  readonly steps: ReadonlySignal<readonly RunStep[]>
  readonly measured: ReadonlySignal<readonly Measured[]>
  /** What went wrong without ending it: that it could not be saved. */
  readonly remarks: ReadonlySignal<readonly string[]>
  /** Why it failed, and the step that `continueOn` goes on from. */
  readonly failure: ReadonlySignal<RunFailure | undefined>
  /** Takes effect after the step that is being computed; the run is saved then. */
  pause(): void
  resume(): void
  /** A failed run goes on from where it was saved, or begins again, on this backend. */
  continueOn(backend: RunBackend): void
  /** Rejects with an `Error` whose message is one sentence for the visitor. */
  ask(text: string): Promise<Answer>
  exportFiles(): Promise<readonly FolderFile[]>
  /** Ends its worker and forgets what was saved. */
  remove(): Promise<void>
}

export interface Measured {
  readonly step: number
  readonly measures: Measures
  readonly complete: boolean
}

export interface RunFailure {
  readonly sentence: string
  readonly savedStep: number | undefined
}

/** A run that a closed tab left behind; one that another tab has open is not among them. */
export interface SavedRun {
  readonly id: string
  readonly settings: RunSettings
  readonly step: number
}

/** Where runs come from: `workbench/runs.ts`. */
export interface Runs {
  start(settings: RunSettings): Run
  load(files: readonly FolderFile[], backend: RunBackend): Run
  saved(): Promise<readonly SavedRun[]>
  /** Goes on with a saved run, on its own backend or another. */
  restore(saved: SavedRun, backend?: RunBackend): Run
  forget(saved: SavedRun): Promise<void>
}
