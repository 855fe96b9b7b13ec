import { setFlagsFromString } from 'node:v8'
import { Answerer } from './answer.js'
import { printToStandardError, serveLines } from './serve-lines.js'
import type { StartSystem } from './system.js'

// A system's process: `serve.ts MODULE THREADS [--relaxed-simd]`; it answers the requests of protocol.ts.
const [module, threads, ...flags] = process.argv.slice(2)
// The benchmarks own this process, so they may change the engine's flags, before anything is compiled. Engines that
// have relaxed SIMD without it do not know the flag and ignore it.
if (flags.includes('--relaxed-simd')) setFlagsFromString('--experimental-wasm-relaxed-simd')
printToStandardError()

async function start(): Promise<Answerer> {
  const { default: startSystem } = (await import(module!)) as { default: StartSystem }
  return new Answerer(await startSystem({ threads: Number(threads) }), {
    cpuMilliseconds: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    },
    memory: () => ({
      rss: process.memoryUsage.rss() / 2 ** 20,
      peak: process.resourceUsage().maxRSS / 2 ** 10,
    }),
  })
}

// Begun by the first request, so that a system that does not start can say why in its answer.
let starting: Promise<Answerer> | undefined
await serveLines(async (request) => {
  starting ??= start()
  return (await starting).answer(request)
})
process.exit()
