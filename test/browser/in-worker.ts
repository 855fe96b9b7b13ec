/** What a worker found, once. */
export function answerOf<Report>(worker: Worker): Promise<Report> {
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.onmessage = ({ data }) => (data.report ? resolve(data.report) : reject(new Error(data.error)))
  })
}

/** The worker's side of it. */
export function answerWith(check: () => Promise<unknown>): void {
  check().then(
    (report) => postMessage({ report }),
    (error: Error) => postMessage({ error: String(error.stack) }),
  )
}
