import { MultiBar, Presets } from 'cli-progress'

/** One task on the way. */
export interface ProgressBar {
  update(done: number, detail: string): void
  stop(): void
}

/** Tells on standard error how far the work is: bars on a terminal, plain lines elsewhere. */
export interface Progress {
  note(message: string): void
  /** `unit` is what `total` counts; default steps. */
  start(name: string, total: number, unit?: string): ProgressBar
  /** Ends the bars; afterwards standard error is free. */
  close(): void
}

export function createProgress(): Progress {
  return process.stderr.isTTY ? terminalProgress() : plainProgress()
}

function terminalProgress(): Progress {
  const bars = new MultiBar(
    {
      format: '{name} {bar} {value}/{total}  {rate} {unit}/s  {eta_formatted} left  {detail}',
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
    },
    Presets.shades_grey,
  )
  return {
    note: (message) => bars.log(`${message}\n`),
    start: (name, total, unit = 'steps') => {
      const began = performance.now()
      const bar = bars.create(total, 0, { name: name.padEnd(24), rate: '-', unit, detail: '' })
      return {
        update: (done, detail) => bar.update(done, { detail, rate: ratePerSecond(began, done).toFixed(1) }),
        stop: () => bar.stop(),
      }
    },
    close: () => bars.stop(),
  }
}

/** A line when a tenth of the work is done, and at least every quarter of a minute. */
function plainProgress(): Progress {
  const write = (message: string): void => {
    process.stderr.write(`${message}\n`)
  }
  return {
    note: write,
    start: (name, total, unit = 'steps') => {
      const began = performance.now()
      let lastTime = began
      let lastDone = 0
      return {
        update: (done, detail) => {
          const now = performance.now()
          if (done < total && done - lastDone < total / 10 && now - lastTime < 15_000) return
          lastTime = now
          lastDone = done
          const rate = ratePerSecond(began, done)
          const pace =
            done === 0 ? '' : `, ${rate.toFixed(1)} ${unit}/s, ${Math.round((total - done) / rate)} s left`
          write(`${name}: ${done}/${total}${pace}${detail === '' ? '' : `, ${detail}`}`)
        },
        stop: () => {},
      }
    },
    close: () => {},
  }
}

function ratePerSecond(began: number, done: number): number {
  return done / ((performance.now() - began) / 1000)
}
