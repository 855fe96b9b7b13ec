import type { BrowserFacts } from './run-backends.js'

/** Asks the browser what it has; nothing is opened that would have to be closed. */
export async function findBrowserFacts(): Promise<BrowserFacts> {
  const [gpu, wasm] = await Promise.all([findGpu(), findWasm()])
  return { gpu, wasm, processors: navigator.hardwareConcurrency }
}

async function findGpu(): Promise<BrowserFacts['gpu']> {
  if (!navigator.gpu) {
    return {
      unavailable: isSecureContext
        ? 'this browser has no WebGPU, or it is switched off'
        : 'WebGPU needs a page from https or from this machine',
    }
  }
  const adapter = await navigator.gpu
    .requestAdapter({ powerPreference: 'high-performance' })
    .catch(() => null)
  if (adapter === null)
    return { unavailable: 'the browser has WebGPU, and finds no graphics card that it may use' }
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info
  const name = description || [vendor, architecture].filter(Boolean).join(' ')
  return {
    adapter: name || 'a graphics card that gives no name',
    inSoftware: isFallbackAdapter || /swiftshader|llvmpipe|software/i.test(name),
  }
}

async function findWasm(): Promise<BrowserFacts['wasm']> {
  try {
    const { wasmSupport } = await import('@gyre/wasm')
    return wasmSupport()
  } catch (error) {
    return { unavailable: (error as Error).message }
  }
}
