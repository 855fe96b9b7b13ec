import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { pictureBackend } from '../backend.js'
import type {
  blockSizes,
  ExplosionProgress,
  ExplosionSettings,
  OptimizerName,
  OutputCount,
} from './explosion-training.js'
import { LiveExplosion } from './live-explosion.js'

/** Finished trainings by their settings. */
export type ExplosionResultsBySettings = ReadonlyMap<string, ExplosionProgress>

export function keyOfSettings({ blockSize, optimizer, outputs }: ExplosionSettings): string {
  return `${optimizer} ${outputs} ${blockSize}`
}

/** What the visitor has chosen, and the training that follows from it. */
export interface Explosion {
  readonly blockSize: Signal<(typeof blockSizes)[number]>
  readonly optimizer: Signal<OptimizerName>
  readonly outputs: Signal<OutputCount>
  readonly live: LiveExplosion
  readonly results: Signal<ExplosionResultsBySettings>
  /** Where the curves are: the first training begins when they come into sight. */
  readonly place: RefObject<HTMLDivElement | null>
  readonly restart: () => void
}

/** Trains as soon as it is seen, and again after every change of the settings or of the backend. */
export function useExplosion(): Explosion {
  const blockSize = useSignal<(typeof blockSizes)[number]>(16)
  const optimizer = useSignal<OptimizerName>('sgd')
  const outputs = useSignal<OutputCount>('all')
  const results = useSignal<ExplosionResultsBySettings>(new Map())
  /** How often a training was asked for; none before the first. */
  const asked = useSignal(0)
  const live = useMemo(() => new LiveExplosion(), [])
  const place = useRef<HTMLDivElement>(null)

  useSignalEffect(() => {
    const settings = { blockSize: blockSize.value, optimizer: optimizer.value, outputs: outputs.value }
    if (asked.value === 0 || !pictureBackend.value) return
    const pace = isStill() ? { step: 0, drawing: Number.POSITIVE_INFINITY } : { step: 50, drawing: 100 }
    void live.start(settings, pace)
  })
  useSignalEffect(() => {
    const progress = live.progress.value
    if (live.status.value !== 'finished' || !progress) return
    results.value = new Map(results.peek()).set(keyOfSettings(progress.settings), progress)
  })
  useEffect(() => {
    if (isStill()) return
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      observer.disconnect()
      asked.value ||= 1
    })
    observer.observe(place.current!)
    return () => observer.disconnect()
  }, [])
  const restart = () => {
    asked.value++
  }
  return { blockSize, optimizer, outputs, live, results, place, restart }
}

/** Whether the visitor wants nothing to move by itself. */
function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
