import { signal } from '@preact/signals'

/**
 * What the page tells of opening itself again for the sake of threads: `can`, after a click; `has`, by itself.
 * Undefined where the server's own headers allow threads, and where nothing can.
 */
export const reloading = signal<'can' | 'has' | undefined>(undefined)

/** Of this tab: it opens itself again once at most. */
const reloadedKey = 'gyre reloaded for threads'

/** Whether the visitor has done anything that opening the page again would undo. */
let touched = false
for (const event of ['pointerdown', 'keydown', 'dragenter'] as const) {
  addEventListener(
    event,
    () => {
      touched = true
    },
    { capture: true, once: true, passive: true },
  )
}

/** Has the page's files kept, and its threads allowed, by the service worker; without one the page works as well. */
export async function startServiceWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  // Not over http from another machine, and not where the browser keeps nothing.
  const registration = await serviceWorker
    .register(new URL('service-worker.js', document.baseURI))
    .catch(() => undefined)
  if (!registration) return
  if (registration.waiting && serviceWorker.controller && !touched) {
    serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    // It does where no other window shows this page.
    registration.waiting.postMessage('take over')
    return
  }
  if (crossOriginIsolated) {
    if (sessionStorage.getItem(reloadedKey) === 'now') {
      sessionStorage.setItem(reloadedKey, 'before')
      reloading.value = 'has'
    }
    return
  }
  // A browser without this property would not be helped by headers.
  if (crossOriginIsolated === undefined || sessionStorage.getItem(reloadedKey) !== null) return
  if (!serviceWorker.controller) {
    await new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    )
  }
  if (touched) reloading.value = 'can'
  else reloadForThreads()
}

/** Opens the page again, with the headers that the service worker gives it. */
export function reloadForThreads(): void {
  sessionStorage.setItem(reloadedKey, 'now')
  location.reload()
}
