import { createInterface } from 'node:readline'
import type { Reply, Request } from './protocol.js'

/** Requests come as lines of JSON on standard input, answers go to standard output in the same order. */
export async function serveLines(answer: (request: Request) => Promise<Reply>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: Reply
    try {
      reply = await answer(JSON.parse(line) as Request)
    } catch (error) {
      reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
}

/** What libraries print must not come between the answers. */
export function printToStandardError(): void {
  console.log =
    console.info =
    console.warn =
      (...words: unknown[]) => process.stderr.write(`${words.join(' ')}\n`)
}
