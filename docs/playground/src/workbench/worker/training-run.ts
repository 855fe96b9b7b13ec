import type { BlockSizesByPath } from '@gyre/circulant'
import type { NamedColumns } from '@gyre/data'
import { writeSafetensors } from '@gyre/safetensors'
import {
  captureRun,
  type RunIdentity,
  type RunRecord,
  runTraining,
  type Trainable,
  type Trainer,
} from '@gyre/train'
import type { Measured, Measures, RunFacts, RunStep } from '../contract.js'
import type { CountedBatches } from './counted-batches.js'
import type { FineTuned } from './fine-tuned.js'
import type { HeldOut } from './held-out.js'
import type { OpenedBackend } from './open-backend.js'
import type { RunSaver } from './run-saver.js'

/** What a training is made of. The data is not among it, but as batches: a text is kept only once. */
export interface TrainingParts {
  readonly facts: RunFacts
  readonly fineTuned: FineTuned
  readonly trainable: Trainable
  readonly trainer: Trainer
  readonly batches: CountedBatches
  readonly heldOut: HeldOut
  readonly saver: RunSaver
  readonly backend: OpenedBackend
  readonly identity: RunIdentity
  readonly blockSizes: BlockSizesByPath | undefined
  /** Of the run record: what does not change. */
  readonly recorded: { readonly task: string; readonly columns: NamedColumns; readonly method: string }
  /** Of before, where the run was saved. */
  readonly steps: readonly RunStep[]
  readonly measured: readonly Measured[]
}

/** A training that is ready to go, or to go on. */
export class TrainingRun {
  readonly facts: RunFacts
  readonly fineTuned: FineTuned
  readonly #parts: Omit<TrainingParts, 'steps' | 'measured'>
  readonly #steps: RunStep[]
  readonly #measured: Measured[]

  constructor({ steps, measured, ...parts }: TrainingParts) {
    this.#parts = parts
    this.facts = parts.facts
    this.fineTuned = parts.fineTuned
    this.#steps = [...steps]
    this.#measured = [...measured]
  }

  /** Every step so far, those of before it was saved among them. */
  get steps(): readonly RunStep[] {
    return this.#steps
  }

  get measured(): readonly Measured[] {
    return this.#measured
  }

  get step(): number {
    return this.#parts.trainer.step
  }

  get done(): boolean {
    return this.#parts.trainer.done
  }

  get savedStep(): number | undefined {
    return this.#parts.saver.savedStep
  }

  get isSaveDue(): boolean {
    return this.#parts.saver.isDue
  }

  /** Whether the step has a measurement to come, on a part. */
  get isMeasureDue(): boolean {
    return this.#parts.heldOut.isDueAt(this.step) && !this.#measured.some(({ step }) => step === this.step)
  }

  /** Takes steps until the last one, or until it is told to stop. */
  async train(onStep: (step: RunStep) => void, shouldStop: () => boolean): Promise<void> {
    const { trainer, batches, backend } = this.#parts
    await runTraining(trainer, {
      onStep: ({ gradNorm, ...result }) => {
        const step = {
          ...result,
          gradNorm: gradNorm!,
          milliseconds: performance.now() - batches.begin,
          tokens: batches.tokens,
          backendBytes: backend.bytes(),
        }
        this.#steps.push(step)
        onStep(step)
      },
      shouldStop,
    })
  }

  async measurePart(): Promise<Measured> {
    return this.#note(await this.#parts.heldOut.measurePart(), false)
  }

  /** What the model reaches now on everything that is held out, where that is known. */
  get complete(): Measured | undefined {
    return this.#measured.find(({ step, complete }) => complete && step === this.step)
  }

  async measureAll(onShare: (share: number) => void): Promise<Measured> {
    return this.#note(await this.#parts.heldOut.measureAll(onShare), true)
  }

  /** Nothing is saved over by what left the numbers: the next step would say that its loss is none. */
  async save(): Promise<void> {
    const { saver, trainer, trainable, identity, blockSizes } = this.#parts
    if (this.#steps.length > 0 && !Number.isFinite(this.#steps.at(-1)!.gradNorm)) return
    await saver.save(async () => {
      const { tensors, metadata } = await captureRun(trainer, trainable, identity)
      const file = writeSafetensors(tensors, metadata) as Uint8Array<ArrayBuffer>
      return { step: this.step, file, steps: this.#steps, measured: this.#measured, blockSizes }
    })
  }

  /** What `gyre finetune` would write of it. */
  record(heldOut: Measures): RunRecord {
    const { kind, labels, sequenceLength } = this.fineTuned
    const { task, columns, method } = this.#parts.recorded
    return {
      task,
      kind,
      labels,
      columns,
      method,
      sequenceLength,
      steps: this.step,
      finalLoss: this.#parts.trainer.lastLoss!,
      heldOut,
    }
  }

  #note(measures: Measures, complete: boolean): Measured {
    const measured = { step: this.step, measures, complete }
    this.#measured.push(measured)
    return measured
  }
}
