import type { FolderFile, Measured, RunRequest, RunStatus } from '../contract.js'
import { sentenceOf, WorkbenchError } from '../errors.js'
import { answer } from './answer.js'
import { exportFiles } from './export-files.js'
import type { FineTuned } from './fine-tuned.js'
import { type LoadedRun, loadRun } from './load-run.js'
import { prepareTraining } from './prepare-training.js'
import { type Question, Requests } from './requests.js'
import { RunSaver } from './run-saver.js'
import type { Surroundings } from './surroundings.js'
import type { TrainingRun } from './training-run.js'

/** What can be asked questions. */
interface Questioned {
  readonly fineTuned: FineTuned
  readonly export: () => Promise<readonly FolderFile[]>
}

/** One run from its request to its end, and whatever it is asked meanwhile and afterwards. */
export class RunSession {
  readonly #surroundings: Surroundings
  readonly #requests = new Requests()
  #told = ''

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** Returns at once; what comes of it is emitted. */
  handle(request: RunRequest): void {
    switch (request.type) {
      case 'train': {
        const saver = new RunSaver(request.id, this.#surroundings)
        // What trains holds no request: with it, it would hold a visitor's text.
        const work = this.#train(prepareTraining(request.settings, saver, this.#surroundings))
        work.catch((error) => this.#fail(error, saver.savedStep))
        return
      }
      case 'load':
        this.#serve(loadRun(request, this.#surroundings)).catch((error) => this.#fail(error, undefined))
        return
      case 'pause':
      case 'resume':
        this.#requests.pause(request.type === 'pause')
        return
      case 'ask':
      case 'export':
        this.#requests.ask(request)
    }
  }

  async #train(preparing: Promise<TrainingRun>): Promise<void> {
    const run = await preparing
    const { emit } = this.#surroundings
    emit({ type: 'facts', facts: run.facts })
    if (run.steps.length > 0) emit({ type: 'steps', steps: run.steps })
    for (const measured of run.measured) emit({ type: 'measured', measured })
    const questioned = { fineTuned: run.fineTuned, export: () => this.#export(run) }
    while (!run.done) {
      await this.#betweenSteps(run, questioned)
      this.#tell('training')
      await run.train(
        (step) => emit({ type: 'steps', steps: [step] }),
        () => this.#requests.any || run.isMeasureDue || run.isSaveDue,
      )
      // Lets messages in.
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    if (run.complete === undefined) {
      this.#tell('measuring')
      // Measuring takes its time, and the tab may be closed.
      await run.save()
      await this.#measureAll(run)
      await run.save()
    }
    await this.#answerForEver(questioned)
  }

  async #betweenSteps(run: TrainingRun, questioned: Questioned): Promise<void> {
    if (run.isMeasureDue) {
      this.#tell('training', 'measuring on a part of what is held out')
      this.#surroundings.emit({ type: 'measured', measured: await run.measurePart() })
    }
    if (run.isSaveDue || (this.#requests.paused && run.savedStep !== run.step)) await run.save()
    await this.#answerAll(questioned)
    while (this.#requests.paused) {
      this.#tell('paused')
      await this.#requests.arrival()
      await this.#answerAll(questioned)
    }
  }

  async #serve(loading: Promise<LoadedRun>): Promise<void> {
    const { facts, fineTuned, files, step, measure } = await loading
    const { emit } = this.#surroundings
    emit({ type: 'facts', facts })
    if (measure) {
      const measures = await measure((share) => this.#tellShare(share))
      emit({ type: 'measured', measured: { step, measures, complete: true } })
    }
    await this.#answerForEver({ fineTuned, export: async () => files })
  }

  async #answerForEver(questioned: Questioned): Promise<never> {
    for (;;) {
      await this.#answerAll(questioned)
      this.#tell('finished')
      await this.#requests.arrival()
    }
  }

  async #answerAll(questioned: Questioned): Promise<void> {
    for (let next = this.#requests.next(); next; next = this.#requests.next()) {
      await this.#answer(next, questioned)
    }
  }

  async #answer(asked: Question, questioned: Questioned): Promise<void> {
    const { emit } = this.#surroundings
    const { question } = asked
    try {
      if (asked.type === 'export') emit({ type: 'exported', question, files: await questioned.export() })
      else emit({ type: 'answer', question, answer: await answer(questioned.fineTuned, asked.text) })
    } catch (error) {
      emit({ type: 'refused', question, sentence: sentenceOf(error) })
    }
  }

  async #export(run: TrainingRun): Promise<readonly FolderFile[]> {
    if (run.step === 0) throw new WorkbenchError('before the first step there is nothing to export')
    const { measures } = run.complete ?? (await this.#measureAll(run))
    return exportFiles(run.fineTuned, run.record(measures))
  }

  async #measureAll(run: TrainingRun): Promise<Measured> {
    const measured = await run.measureAll((share) => this.#tellShare(share))
    this.#surroundings.emit({ type: 'measured', measured })
    return measured
  }

  #tellShare(share: number): void {
    this.#tell('measuring', `measuring what is held out: ${5 * Math.floor(20 * share)} %`)
  }

  /** Says what a run is doing, once. */
  #tell(status: Exclude<RunStatus, 'failed'>, doing?: string): void {
    const told = `${status} ${doing}`
    if (told !== this.#told) this.#surroundings.emit({ type: 'status', status, doing })
    this.#told = told
  }

  #fail(error: unknown, savedStep: number | undefined): void {
    this.#surroundings.emit({ type: 'failed', sentence: sentenceOf(error), savedStep })
  }
}
