import startSystem from 'benchmarked-system'
import { Answerer } from '../answer.js'
import type { Reply, Request } from '../protocol.js'

let starting: Promise<Answerer> | undefined

async function start(): Promise<Answerer> {
  return new Answerer(await startSystem({ threads: 1 }))
}

async function answer(request: Request): Promise<Reply> {
  starting ??= start()
  return (await starting).answer(request)
}

Object.assign(globalThis, { answer })
