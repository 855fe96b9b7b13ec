import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { executablePath, launchChromium, seriousFaults } from '../browser/chromium.js'
import { isLongRun } from '../long-run.js'
import { temporaryFolder } from '../run-gyre.js'
import { buildPage, newPage, phone, servePage } from './page.js'

const timeout = 120_000
let folder: string

beforeAll(async () => {
  folder = await buildPage()
}, timeout)

const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

describe('the build of the playground', () => {
  it('weighs less than 1.5 MB with gzip, models and texts left out', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const weighed = files.filter((file) => /\.(js|css)$/.test(file))
    const total = weighed.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0)
    expect(weighed.length).toBeGreaterThan(5)
    expect(total).toBeLessThan(1_500_000)
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
  })

  it('fetches kernels, gpu.js and the workbench when they are needed, not with the page', () => {
    const named = [...read('index.html').matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(
      ([, file]) => file!,
    )
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((file) => /\/(wasm|gpu|open-bench|worker)/.test(file))).toEqual([])
    const bytes = named.reduce((sum, file) => sum + gzipSync(read(file)).length, 0)
    expect(bytes).toBeLessThan(250_000)
  })

  it('names everywhere in the build what the service worker keeps', () => {
    const listed = filesOf(read('service-worker.js'))
    const built = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => /\.\w+$/.test(file) && file !== 'service-worker.js')
    expect(listed.map(({ path }) => path).sort()).toEqual(built.sort())
    for (const { path, integrity } of listed)
      expect(integrity, path).toBe(integrityOf(readFileSync(join(folder, path))))
  })
})

interface ListedFile {
  readonly path: string
  readonly integrity: string
}

function filesOf(serviceWorker: string): ListedFile[] {
  return JSON.parse(/new Map\((\[\{.*?\}\])/.exec(serviceWorker)![1]!) as ListedFile[]
}

function integrityOf(contents: string | Uint8Array): string {
  return `sha256-${createHash('sha256').update(contents).digest('base64')}`
}

describe.skipIf(executablePath === undefined)('the playground in Chromium', { timeout }, () => {
  let browser: Browser
  /** With the headers for threads, and on a server that knows nothing of them. */
  let isolated: string
  let plain: string

  beforeAll(async () => {
    browser = await launchChromium()
    isolated = (await servePage(folder, { isolated: true })).address
    plain = (await servePage(folder, { isolated: false })).address
  }, timeout)

  afterAll(() => browser?.close())

  it('shows its heading, text and styles where no script arrives', async () => {
    const { page } = await newPage(browser)
    await page.route('**/*.js', (route) => route.abort())
    await page.goto(isolated)
    expect(await page.locator('h1').textContent()).toBe('Gyre')
    expect(await page.locator('.masthead p').isVisible()).toBe(true)
    expect(await page.locator('nav a').count()).toBe(4)
    expect(await page.locator('h1').evaluate((h1) => getComputedStyle(h1).fontSize)).toBe('40px')
    await page.context().close()
  })

  it('works under a path, asks nobody else for anything, and complains of nothing', async () => {
    const { address } = await servePage(folder, { isolated: true, under: '/some/where/' })
    const { page, complaints, requests } = await newPage(browser)
    await page.goto(address)
    await opened(page)
    await kept(page)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    expect(requests.filter((url) => !url.startsWith(address) && !/^(data|blob):/.test(url))).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('opens itself again for threads where the server sends no headers: once, and says so', async () => {
    const { page, complaints } = await newPage(browser)
    let loads = 0
    page.on('load', () => loads++)
    await page.goto(plain)
    const said = page.getByText('The page has opened itself again, once')
    await said.waitFor()
    expect(loads).toBe(2)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    await page.reload()
    await opened(page)
    expect([await page.evaluate('crossOriginIsolated'), await said.count(), loads]).toEqual([true, 0, 3])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('asks a visitor who has begun, before it opens itself again', async () => {
    const { page } = await newPage(browser)
    let loads = 0
    page.on('load', () => loads++)
    // A key, once there is somebody who hears it.
    await page.addInitScript(
      "addEventListener('load', () => document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true })))",
    )
    await page.goto(plain)
    const button = page.getByRole('button', { name: 'Open again' })
    await button.waitFor()
    expect(loads).toBe(1)
    await button.click()
    await page.getByText('The page has opened itself again, once').waitFor()
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    await page.context().close()
  })

  it('opens without a network once it has been opened', async () => {
    const { address, server } = await servePage(folder, { isolated: true })
    const { page, complaints } = await newPage(browser)
    await page.goto(address)
    await kept(page)
    await page.evaluate("fetch('bases/decoder/config.json').then((response) => response.text())")
    await new Promise<unknown>((resolve) => {
      server.close(resolve)
      server.closeAllConnections()
    })
    await page.reload()
    await opened(page)
    expect(await page.evaluate('crossOriginIsolated')).toBe(true)
    const config = await page.evaluate<{ model_type: string }>(
      "fetch('bases/decoder/config.json').then((response) => response.json())",
    )
    expect(config.model_type).toBe('llama')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it.runIf(isLongRun)(
    'shows a new version on the next load, where no other window shows the one before',
    async () => {
      const own = join(temporaryFolder(), 'dist')
      cpSync(folder, own, { recursive: true })
      const { address } = await servePage(own, { isolated: true })
      const { page } = await newPage(browser)
      await page.goto(address)
      await kept(page)
      publish(own, 'Second')
      await page.reload()
      expect(await page.title()).toBe('Gyre playground')
      await page.waitForFunction(
        'navigator.serviceWorker.getRegistration().then((found) => found.waiting !== null)',
      )
      const other = await page.context().newPage()
      await other.goto(address)
      await opened(other)
      expect(await other.title()).toBe('Gyre playground')
      await other.close()
      await page.reload()
      await page.waitForFunction("document.title === 'Second'")

      // A version that is not all there takes nobody's place.
      publish(own, 'Third')
      writeFileSync(join(own, 'index.html'), 'half a ')
      await page.reload()
      await page.evaluate(
        'navigator.serviceWorker.ready.then((registration) => registration.update()).catch(() => {})',
      )
      await page.reload()
      expect(await page.title()).toBe('Second')
      await page.context().close()
    },
  )

  it.each(['light', 'dark'] as const)(
    'has no serious fault of accessibility in its %s colours',
    async (scheme) => {
      const { page } = await newPage(browser, { colorScheme: scheme, ...(scheme === 'dark' ? phone : {}) })
      await page.goto(isolated)
      await opened(page)
      expect(await seriousFaults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      await page.context().close()
    },
  )
})

/** Waits until the page is all there, the workbench, which comes last, included. */
async function opened(page: Page): Promise<void> {
  await page.locator('.bench').waitFor()
}

/** Waits until the service worker has the page's files. */
async function kept(page: Page): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  await page.waitForFunction('navigator.serviceWorker.controller !== null')
}

/** Puts another version of the page into a folder, which differs in its title. */
function publish(folder: string, title: string): void {
  const index = join(folder, 'index.html')
  const script = join(folder, 'service-worker.js')
  const before = readFileSync(index)
  const after = before.toString().replace(/<title>.*<\/title>/, `<title>${title}</title>`)
  writeFileSync(index, after)
  writeFileSync(script, readFileSync(script, 'utf8').replace(integrityOf(before), integrityOf(after)))
}
