import { sampleOf } from './inputs.js'
import type { Reply, Request } from './protocol.js'
import type { System, Work } from './system.js'

/** What a process knows of itself, and a page of a browser does not. */
export interface Meters {
  /** Processor time of all threads so far, in milliseconds. */
  cpuMilliseconds(): number
  /** Megabytes. */
  memory(): { readonly [what: string]: number }
}

/** Does for one system what requests ask for. */
export class Answerer {
  readonly #system: System
  readonly #meters: Meters | undefined
  #work: Work | undefined

  constructor(system: System, meters?: Meters) {
    this.#system = system
    this.#meters = meters
  }

  async answer(request: Request): Promise<Reply> {
    switch (request.call) {
      case 'describe':
        return { description: await this.#system.describe(), adapter: await this.#system.adapter?.() }
      case 'prepare': {
        this.#work?.end?.()
        this.#work = undefined
        globalThis.gc?.()
        this.#work = await this.#system.prepare(request.task)
        const result = await this.#work?.check()
        return {
          sample: result && sampleOf(result),
          firstMilliseconds: result?.firstMilliseconds,
          remark: this.#system.remark?.(),
        }
      }
      case 'run':
        return this.#run(request)
      case 'memory':
        globalThis.gc?.()
        return { memory: { ...this.#meters?.memory(), ...this.#system.memory?.() } }
    }
  }

  async #run({ repetitions, milliseconds, inARow = 1 }: Request & { call: 'run' }): Promise<Reply> {
    const cpuBegan = this.#meters?.cpuMilliseconds()
    const began = performance.now()
    let count = 0
    while (count < repetitions || performance.now() - began < milliseconds) {
      for (let i = 0; i < inARow; i++) {
        const running = this.#work!.run()
        if (running) await running
      }
      count += inARow
      if (this.#system.finish) await this.#system.finish()
    }
    const mean = (performance.now() - began) / count
    if (cpuBegan === undefined) return { milliseconds: mean }
    return {
      milliseconds: mean,
      cpuMilliseconds: (this.#meters!.cpuMilliseconds() - cpuBegan) / count,
    }
  }
}
