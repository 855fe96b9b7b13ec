import { sentenceOf } from '../errors.js'
import type { BackgroundAnswer, BackgroundRequest } from './background.js'
import { backgroundTasks } from './background-tasks.js'

addEventListener('message', async ({ data }: MessageEvent<BackgroundRequest>) => {
  const { id, name, parameters } = data
  const task = backgroundTasks[name] as (...parameters: readonly unknown[]) => unknown
  let answer: BackgroundAnswer
  try {
    answer = { id, result: await task(...parameters) }
  } catch (error) {
    answer = { id, sentence: sentenceOf(error) }
  }
  postMessage(answer)
})
