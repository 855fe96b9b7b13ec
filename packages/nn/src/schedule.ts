import { checkOption } from './errors.js'

/** What the learning rate is multiplied by at a step; steps count from 0. */
export type Schedule = (step: number) => number

export interface WarmupOptions {
  /** Steps over which the multiplier rises from 0 to 1; default 0. */
  readonly warmupSteps?: number
  /** The step at which the multiplier has fallen to 0, where it stays. */
  readonly totalSteps: number
}

/** Always 1. */
export function constantSchedule(): Schedule {
  return () => 1
}

/** Rises in a line over the warm-up, then falls in a line to 0 at `totalSteps`. */
export function linearSchedule(options: WarmupOptions): Schedule {
  return warmedUp('linearSchedule', options, (progress) => 1 - progress)
}

/**
 * Rises in a line over the warm-up, then falls along half a cosine to 0 at `totalSteps`.
 *
 * @source Loshchilov, Hutter: SGDR. arXiv 1608.03983, equation 5, without restarts.
 */
export function cosineSchedule(options: WarmupOptions): Schedule {
  return warmedUp('cosineSchedule', options, (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)))
}

function warmedUp(
  where: string,
  { warmupSteps = 0, totalSteps }: WarmupOptions,
  decay: (progress: number) => number,
): Schedule {
  checkOption(
    where,
    'totalSteps',
    totalSteps,
    Number.isInteger(totalSteps) && totalSteps > 0,
    'an integer above 0',
  )
  checkOption(
    where,
    'warmupSteps',
    warmupSteps,
    Number.isInteger(warmupSteps) && warmupSteps >= 0 && warmupSteps <= totalSteps,
    `an integer from 0 to totalSteps = ${totalSteps}`,
  )
  return (step) => {
    if (step < warmupSteps) return step / warmupSteps
    if (step >= totalSteps) return 0
    return decay((step - warmupSteps) / (totalSteps - warmupSteps))
  }
}
