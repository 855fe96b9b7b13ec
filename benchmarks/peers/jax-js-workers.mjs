import { resolveObjectURL } from 'node:buffer'
import { Worker as NodeWorker } from 'node:worker_threads'

const prelude = `
const { parentPort } = require('node:worker_threads')
globalThis.self = globalThis
globalThis.postMessage = (message) => parentPort.postMessage(message)
parentPort.on('message', (data) => self.onmessage({ data }))
`

/** As much of the browser's `Worker` as a script from a Blob needs, over worker_threads. */
export function installWorkers() {
  globalThis.Worker = class {
    #worker
    constructor(url) {
      this.#worker = resolveObjectURL(url)
        .text()
        .then((source) => {
          const worker = new NodeWorker(prelude + source, { eval: true })
          worker.on('message', (data) => this.onmessage?.({ data }))
          worker.on('error', (error) => this.onerror?.(error))
          return worker
        })
    }
    postMessage(message) {
      this.#worker.then((worker) => worker.postMessage(message))
    }
  }
}
