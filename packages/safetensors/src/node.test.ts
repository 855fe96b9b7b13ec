import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type FileTensor,
  openSafetensorsFile,
  readSafetensorsFile,
  writeAtomically,
  writeSafetensorsFile,
} from './node.js'
import { readSafetensors } from './read.js'
import { SafetensorsError } from './safetensors-error.js'
import { type WritableTensor, writeSafetensors } from './write.js'

const tensors: [string, WritableTensor][] = [
  ['weight', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
  ['half', { dtype: 'BF16', shape: [2], data: Float32Array.of(0.5, -1) }],
  ['ids', { dtype: 'I64', shape: [1], data: BigInt64Array.of(5n) }],
]

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'))
  path = join(folder, 'model.safetensors')
})

afterEach(() => rm(folder, { recursive: true }))

describe('a file', () => {
  it('has the bytes that writeSafetensors gives', async () => {
    await writeSafetensorsFile(path, tensors, { format: 'pt' })
    expect(new Uint8Array(await readFile(path))).toEqual(writeSafetensors(tensors, { format: 'pt' }))
    expect(await readdir(folder)).toEqual(['model.safetensors'])
  })

  it('is read a tensor at a time until it is closed', async () => {
    await writeSafetensorsFile(path, tensors, { format: 'pt' })
    const file = await openSafetensorsFile(path)
    expect([...file.entries.keys()]).toEqual(['weight', 'half', 'ids'])
    expect(file.metadata.get('format')).toBe('pt')
    const all = await Promise.all(tensors.map(([name]) => file.get(name)))
    expect(all).toEqual(tensors.map(([name, tensor]) => ({ name, ...tensor })))
    await file.close()
    await expect(file.get('weight')).rejects.toThrow()
  })

  it('is read whole', async () => {
    await writeSafetensorsFile(path, tensors)
    const file = await readSafetensorsFile(path)
    expect(file.get('weight').data).toEqual(Float32Array.of(1, 2, 3, 4))
  })

  it('that is broken is an error that names its path', async () => {
    await writeFile(path, writeSafetensors(tensors).subarray(0, 100))
    await expect(openSafetensorsFile(path)).rejects.toThrow(SafetensorsError)
    await expect(openSafetensorsFile(path)).rejects.toMatchObject({ source: path, byte: 0 })
    await expect(readSafetensorsFile(path)).rejects.toMatchObject({ source: path, byte: 0 })
  })

  it('that loses its end while it is open is an error that names the tensor', async () => {
    await writeSafetensorsFile(path, tensors)
    const file = await openSafetensorsFile(path)
    await truncate(path, file.entries.get('ids')!.offset + 3)
    await expect(file.get('ids')).rejects.toThrow('tensor "ids": expected 8 bytes, got 3')
    await file.close()
  })
})

it('numbers that are fetched are written as those given, each fetched after the one before was written', async () => {
  const sizes: number[] = []
  const fetched = tensors.map(([name, { data, ...spec }]): [string, FileTensor] => {
    const fetch = async () => {
      const temporary = (await readdir(folder)).find((file) => file.endsWith('.partial'))!
      sizes.push((await stat(join(folder, temporary))).size)
      return data
    }
    return [name, { ...spec, data: fetch }]
  })
  await writeSafetensorsFile(path, fetched)
  const bytes = await readFile(path)
  expect(new Uint8Array(bytes)).toEqual(writeSafetensors(tensors))
  const offsets = [...readSafetensors(bytes).entries.values()].map(({ offset }) => offset)
  expect(sizes).toEqual(offsets)
})

describe('a write that fails', () => {
  const old = [['old', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) }]] as const

  it('for its tensors keeps the old file and leaves no other', async () => {
    await writeSafetensorsFile(path, old)
    const broken = [
      ...tensors,
      ['x', { dtype: 'F32', shape: [9], data: new Float32Array(1) }],
    ] as typeof tensors
    await expect(writeSafetensorsFile(path, broken)).rejects.toMatchObject({ source: path, tensor: 'x' })
    expect([...readSafetensors(await readFile(path)).entries.keys()]).toEqual(['old'])
    expect(await readdir(folder)).toEqual(['model.safetensors'])
  })

  it('halfway keeps the old file and leaves no other', async () => {
    await writeSafetensorsFile(path, old)
    let during: string[] = []
    function* parts(): Generator<Uint8Array> {
      yield Uint8Array.of(1, 2, 3)
      during = readdirSync(folder)
      throw new Error('the source ran dry')
    }
    await expect(writeAtomically(path, parts())).rejects.toThrow('the source ran dry')
    expect(during).toHaveLength(2)
    expect(await readdir(folder)).toEqual(['model.safetensors'])
    expect([...readSafetensors(await readFile(path)).entries.keys()]).toEqual(['old'])
  })

  it('at the end, for the path is a folder, leaves no other file', async () => {
    await mkdir(path)
    await expect(writeSafetensorsFile(path, tensors)).rejects.toMatchObject({ syscall: 'rename' })
    expect(await readdir(folder)).toEqual(['model.safetensors'])
  })

  it('for the folder is not there says so', async () => {
    await expect(writeSafetensorsFile(join(folder, 'no', 'x'), tensors)).rejects.toThrow('ENOENT')
  })
})

it('writes to one path at the same time do not mix', async () => {
  const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000))
  await Promise.all(contents.map((text) => writeAtomically(path, text)))
  expect(contents).toContain(await readFile(path, 'utf8'))
  expect(await readdir(folder)).toEqual(['model.safetensors'])
})
