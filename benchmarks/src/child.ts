import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Participant } from './participant.js'
import type { Replies, Reply, Request } from './protocol.js'

/** A participant's process. Requests are answered one after the other. */
export class Child {
  readonly participant: Participant
  readonly #process: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  #messages = ''

  constructor(participant: Participant, { env }: { readonly env: NodeJS.ProcessEnv }) {
    this.participant = participant
    const { program } = participant
    this.#process = spawn(program, participant.arguments, { env })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
    this.#process.stderr.on('data', (data) => {
      this.#messages = `${this.#messages}${data}`.slice(-2000)
    })
    // A process that has ended cannot take what is written; asking it says why.
    this.#process.stdin.on('error', () => {})
    this.#process.on('error', (error) => {
      this.#messages = error.message
    })
  }

  async ask<Call extends Request['call']>(
    request: Request & { readonly call: Call },
  ): Promise<Replies[Call]> {
    const { system, threads } = this.participant
    this.#process.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`${system} with ${threads} threads ended: ${this.#messages.trim()}`)
    const reply = JSON.parse(value) as Reply
    if ('error' in reply) {
      throw new Error(`${system} with ${threads} threads: ${reply.error}`, { cause: reply.error })
    }
    return reply as Replies[Call]
  }

  end(): void {
    this.#process.stdin.end()
    this.#process.kill()
  }
}
