// Keeps the page's files, so that it opens without a network, and answers with the headers that let it use threads where
// the server does not send them. The build puts the list of its files here: equal lists are the same version, and a
// page gets all its files from one version. This script imports nothing and is compiled apart, for its own globals.

declare const self: ServiceWorkerGlobalScope

/** See build/service-worker-plugin.ts. */
declare const __PAGE_FILES__: readonly {
  readonly path: string
  readonly integrity: string
  readonly own: boolean
}[]

const files = new Map(__PAGE_FILES__.map((file) => [file.path, file]))

const { scope } = self.registration

/** What a page says to a version that waits. */
const takeOver = 'take over'

/** Keys say what is in a file, so what two versions have in common is kept once and fetched once. */
const keyOf = (path: string): string => {
  const { integrity } = files.get(path)!
  return new URL(`${path}?${encodeURIComponent(integrity)}`, scope).href
}

/** Of this page alone: others on the same server have caches of their own. */
const cacheName = `gyre ${scope}`

self.addEventListener('install', (event) => event.waitUntil(fetchOwnFiles()))

self.addEventListener('activate', (event) =>
  event.waitUntil(forgetOtherVersions().then(() => self.clients.claim())),
)

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || !url.href.startsWith(scope)) return
  const path = url.pathname.slice(new URL(scope).pathname.length) || 'index.html'
  if (files.has(path)) event.respondWith(isolated(kept(path)))
})

self.addEventListener('message', (event) => {
  if (event.data === takeOver) event.waitUntil(replaceVersionBefore())
})

/** Where one window shows the version before: the one that asks, and that then opens again. */
async function replaceVersionBefore(): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  if (windows.filter(({ url }) => url.startsWith(scope)).length === 1) await self.skipWaiting()
}

/** All or none: a file that is missing, or another than the build's, leaves the version before in its place. */
async function fetchOwnFiles(): Promise<void> {
  const own = [...files.values()].filter((file) => file.own)
  await Promise.all(own.map(({ path }) => kept(path)))
}

/** A file from the cache, or from the server and then in the cache. */
async function kept(path: string): Promise<Response> {
  const cache = await caches.open(cacheName)
  const key = keyOf(path)
  const found = await cache.match(key)
  if (found) return found
  const { integrity } = files.get(path)!
  // Servers may answer the name of the index with a redirection to its folder.
  const address = new URL(path === 'index.html' ? './' : path, scope)
  const response = await fetch(address, { cache: 'no-cache', integrity })
  if (!response.ok) {
    if (files.get(path)!.own) throw new Error(`${path}: ${response.status} ${response.statusText}`)
    return response
  }
  // Where there is no room, the page still has its file.
  const keeping = cache.put(key, response.clone())
  await (files.get(path)!.own ? keeping : keeping.catch(() => {}))
  return response
}

async function forgetOtherVersions(): Promise<void> {
  const cache = await caches.open(cacheName)
  const present = new Set([...files.keys()].map(keyOf))
  const old = (await cache.keys()).filter(({ url }) => !present.has(url))
  await Promise.all(old.map((request) => cache.delete(request)))
}

/** With the headers that let pages and their workers share memory. */
async function isolated(answer: Promise<Response>): Promise<Response> {
  const { status, statusText, headers, body } = await answer
  const all = new Headers(headers)
  all.set('Cross-Origin-Opener-Policy', 'same-origin')
  all.set('Cross-Origin-Embedder-Policy', 'require-corp')
  return new Response(body, { status, statusText, headers: all })
}
