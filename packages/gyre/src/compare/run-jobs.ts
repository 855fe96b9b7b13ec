import type { Progress } from '../progress.js'
import type { AdaptationJob, AdaptationResult } from './adapt.js'
import { adaptInProcess } from './adapt-process.js'

/**
 * Runs jobs in processes of their own, `parallel` at a time; results come in the order of the jobs. The first one
 * that fails ends the others.
 */
export async function runJobs(
  jobs: readonly AdaptationJob[],
  parallel: number,
  progress: Progress,
): Promise<AdaptationResult[]> {
  const results = new Array<AdaptationResult>(jobs.length)
  let next = 0
  const failure = new AbortController()
  const lane = async (): Promise<void> => {
    while (next < jobs.length) {
      const index = next++
      const job = jobs[index]!
      const name = job.row
        ? `${job.row.method}${job.tuning ? ` at ${job.row.learningRate}` : ''}`
        : 'unadapted base'
      const bar = progress.start(name, job.row ? job.settings.adaptation.steps : 1)
      results[index] = await adaptInProcess(
        job,
        (done, _total, detail) => bar.update(done, detail),
        failure.signal,
      )
      bar.update(job.row ? job.settings.adaptation.steps : 1, 'measured')
      bar.stop()
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, lane))
  } catch (error) {
    failure.abort()
    throw error
  }
  return results
}
