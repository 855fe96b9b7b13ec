import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { packFolder, readAdapterFiles } from './archive.js'

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const adapter = [
  { name: 'adapter_config.json', bytes: bytes('{}') },
  { name: 'adapter_model.safetensors', bytes: bytes('weights') },
  { name: 'gyre_run.json', bytes: bytes('{ }') },
]
const fileOf = (name: string, contents: Uint8Array): File => new File([contents as BlobPart], name)
const plain = (files: readonly { readonly name: string; readonly bytes: Uint8Array }[]) =>
  files.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)])

describe('an archive', () => {
  it('gives the files back that were packed', async () => {
    const archive = fileOf('bca.ZIP', await packFolder('bca', adapter))
    expect(plain(await readAdapterFiles([archive]))).toEqual(plain(adapter))
  })

  it('may have been packed by someone else', async () => {
    const archive = zipSync({
      'my adapter/': new Uint8Array(),
      'my adapter/adapter_config.json': bytes('{}'),
      'my adapter/adapter_model.safetensors': bytes('weights'),
      '__MACOSX/my adapter/._adapter_config.json': bytes('x'),
    })
    expect(plain(await readAdapterFiles([fileOf('a.zip', archive)]))).toEqual(plain(adapter.slice(0, 2)))
  })

  it.each([
    ['photo.zip', bytes('x'), /^photo.zip: expected a .zip archive, got a file that is none/],
    [
      'other.zip',
      zipSync({ 'adapter_config.json': bytes('{}') }),
      'Expected the files of an adapter, or a .zip with them: there is no adapter_model.safetensors among adapter_config.json.',
    ],
    ['empty.zip', zipSync({}), /among no files\.$/],
    [
      'large.zip',
      zipSync({ 'a.bin': new Uint8Array(70 * 2 ** 20) }),
      'large.zip: expected at most 64 MiB unpacked, got 70 MiB.',
    ],
  ])('that is no adapter is refused in one sentence: %s', async (name, contents, sentence) => {
    await expect(readAdapterFiles([fileOf(name, contents)])).rejects.toThrow(sentence)
  })
})

describe('files', () => {
  it('are taken as they are, where all that is needed is among them', async () => {
    const files = adapter.map(({ name, bytes }) => fileOf(name, bytes))
    expect(plain(await readAdapterFiles(files))).toEqual(plain(adapter))
    await expect(readAdapterFiles([])).rejects.toThrow(
      'there is no adapter_config.json and no adapter_model.safetensors among no files.',
    )
  })
})
