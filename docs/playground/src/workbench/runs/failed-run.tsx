import { Notice } from '../../interface/notice.js'
import {
  type BrowserFacts,
  backendKinds,
  kindOf,
  mostThreads,
  nameBackend,
  offerBackends,
  runBackend,
} from '../backends/run-backends.js'
import type { Run, RunFailure } from '../contract.js'
import { backendOf } from './run-words.js'

interface FailedRunProps {
  readonly run: Run
  readonly failure: RunFailure
  readonly browser: BrowserFacts | undefined
}

/** Why a run stopped, and where it can go on from. */
export function FailedRun({ run, failure: { sentence, savedStep }, browser }: FailedRunProps) {
  const before = backendOf(run)
  const offers = browser ? offerBackends(browser) : []
  const isOffered = (kind: (typeof backendKinds)[number]): boolean =>
    offers.some((offer) => offer.kind === kind && offer.unavailable === undefined)
  // The one that it was on, which may have failed for once only, comes last.
  const kinds = backendKinds.filter(isOffered)
  const last = before && kindOf(before)
  const ordered = [...kinds.filter((kind) => kind !== last), ...kinds.filter((kind) => kind === last)]
  return (
    <>
      <Notice kind="problem">{sentence}</Notice>
      <div class="buttons">
        {ordered.map((kind) => {
          const backend = runBackend(kind, browser ? mostThreads(browser) : 1)
          return (
            <button key={kind} type="button" onClick={() => run.continueOn(backend)}>
              {savedStep === undefined ? 'Begin again' : `Go on from step ${savedStep}`} on{' '}
              {nameBackend(backend)}
            </button>
          )
        })}
      </div>
    </>
  )
}
