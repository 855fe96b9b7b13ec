import { afterEach, expect, it, vi } from 'vitest'
import { fetchPageFile } from './page-files.js'

afterEach(() => vi.unstubAllGlobals())

const fetchAnswering = (body: string, init: ResponseInit) =>
  vi.stubGlobal('fetch', async () => new Response(body, init))
const fetched = () => fetchPageFile('bases/decoder/config.json', 'http://localhost/')

it('gives a file as it was sent', async () => {
  fetchAnswering('{"model_type": "llama"}', { headers: { 'content-type': 'application/json' } })
  expect(await (await fetched()).text()).toBe('{"model_type": "llama"}')
})

it.each([
  ['', { status: 404, statusText: 'Not Found' }, '404 Not Found'],
  // Without this the page would be read as JSON, and the fault looked for in the wrong place.
  [
    '<!doctype html>',
    { headers: { 'content-type': 'text/html; charset=utf-8' } },
    'the server sent a web page in its place',
  ],
])('names the file that did not come (%#)', async (body, init, reason) => {
  fetchAnswering(body, init)
  await expect(fetched()).rejects.toThrow(
    `bases/decoder/config.json: the page's file could not be loaded (${reason})`,
  )
})
