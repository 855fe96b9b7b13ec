import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A Chromium of the machine; none is downloaded. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
  const folders = (process.env.PATH ?? '').split(delimiter)
  const installed = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  const found = [process.env.CHROMIUM_PATH ?? '', ...installed].find(
    (path) => path !== '' && existsSync(path),
  )
  if (found === undefined) {
    console.warn('No Chromium is on the PATH or in CHROMIUM_PATH, so nothing is run in a browser.')
  }
  return found
}

export const chromiumArguments = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
