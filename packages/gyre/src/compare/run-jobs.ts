import type { Progress } from '../progress.js'
import { inParallel } from '../worker-process/in-parallel.js'
import { runInProcess } from '../worker-process/run-in-process.js'
import type { AdaptationJob, AdaptationResult } from './adapt.js'

const worker = new URL('./adapt-worker', import.meta.url)

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
  const failure = new AbortController()
  try {
    await inParallel(jobs, parallel, async (job, index) => {
      const steps = job.row ? job.settings.adaptation.steps : 1
      const method = job.row?.method ?? 'unadapted base'
      const bar = progress.start(job.tuning ? `${method} at ${job.row!.learningRate}` : method, steps)
      results[index] = await runInProcess<AdaptationJob, AdaptationResult>({
        worker,
        name: method,
        job,
        onProgress: (done, _total, detail) => bar.update(done, detail),
        signal: failure.signal,
      })
      bar.update(steps, 'measured')
      bar.stop()
    })
  } catch (error) {
    failure.abort()
    throw error
  }
  return results
}
