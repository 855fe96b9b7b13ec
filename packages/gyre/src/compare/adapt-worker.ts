import { chooseBackend } from '../backend.js'
import { answerParent } from '../worker-process/answer-parent.js'
import { type AdaptationJob, adapt } from './adapt.js'

answerParent(async (job: AdaptationJob, onProgress) => {
  await chooseBackend(job)
  return adapt(job, onProgress)
})
