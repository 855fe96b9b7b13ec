import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { sampleOf } from './inputs.js'
import type { Reply, Request } from './protocol.js'
import type { System, Work } from './system.js'

// A system's process: `serve.ts MODULE THREADS [--relaxed-simd]`. Requests come as lines of JSON, answers go to
// standard output in the same order. See protocol.ts.
const [module, threads, ...flags] = process.argv.slice(2)
// The benchmarks own this process, so they may change the engine's flags, before anything is compiled. Engines that
// have relaxed SIMD without it do not know the flag and ignore it.
if (flags.includes('--relaxed-simd')) setFlagsFromString('--experimental-wasm-relaxed-simd')
// What libraries print must not come between the answers.
console.log =
  console.info =
  console.warn =
    (...words: unknown[]) => process.stderr.write(`${words.join(' ')}\n`)

const { default: start } = (await import(module!)) as {
  default: (options: { threads: number }) => System | Promise<System>
}
const system = await start({ threads: Number(threads) })
let work: Work | undefined

async function answer(request: Request): Promise<Reply> {
  switch (request.call) {
    case 'describe':
      return { description: await system.describe() }
    case 'prepare': {
      work?.end?.()
      work = undefined
      globalThis.gc?.()
      work = await system.prepare(request.task)
      const result = await work?.check()
      return {
        sample: result && sampleOf(result),
        firstMilliseconds: result?.firstMilliseconds,
        remark: system.remark?.(),
      }
    }
    case 'run': {
      const cpuBegan = process.cpuUsage()
      const began = performance.now()
      let count = 0
      while (count < request.repetitions || performance.now() - began < request.milliseconds) {
        const running = work!.run()
        if (running) await running
        count++
      }
      const milliseconds = (performance.now() - began) / count
      const { user, system } = process.cpuUsage(cpuBegan)
      return { milliseconds, cpuMilliseconds: (user + system) / 1000 / count }
    }
    case 'memory':
      globalThis.gc?.()
      return {
        memory: {
          rss: process.memoryUsage.rss() / 2 ** 20,
          peak: process.resourceUsage().maxRSS / 2 ** 10,
          ...system.memory?.(),
        },
      }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply: Reply
  try {
    reply = await answer(JSON.parse(line) as Request)
  } catch (error) {
    reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
process.exit()
