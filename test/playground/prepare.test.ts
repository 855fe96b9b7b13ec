import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { corpora } from '@gyre/data'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PreparationError, preparedBase } from '../../docs/playground/prepared-base.js'
import { contentsOf, type Finished, flags, startScript, temporaryFolder } from '../run-gyre.js'

const bases = fileURLToPath(new URL('bases/', import.meta.url))
const corpusFolder = fileURLToPath(new URL('../../packages/data/corpora/', import.meta.url))
const folder = temporaryFolder()
const inFolder = (name: string): string => join(folder, name)

/** In place of a pre-training, which takes seconds: files that tell what they were made of. */
function write(file: string, out: string, options: object): void {
  mkdirSync(out, { recursive: true })
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors'])
    writeFileSync(join(out, name), JSON.stringify({ name, file, options }))
}

describe('a base', () => {
  const file = join(bases, 'decoder.json')
  let said = ''
  beforeEach(() => {
    said = ''
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
  })
  afterEach(() => vi.restoreAllMocks())

  it('is made as its file says, once', async () => {
    const cache = inFolder('once')
    const pretrain = vi.fn(write)
    const made = await preparedBase('decoder', file, { cache, pretrain })
    expect(made).toMatch(/once.decoder-[\da-f]{12}$/)
    expect(said).toBe(`The page's decoder is pre-trained, once, and kept in ${cache}\n`)
    const { gyre_pretraining: options } = JSON.parse(readFileSync(file, 'utf8'))
    expect(pretrain).toHaveBeenCalledWith(file, expect.anything(), options)
    expect(await preparedBase('decoder', file, { cache, pretrain })).toBe(made)
    expect(pretrain).toHaveBeenCalledTimes(1)
    expect(readdirSync(cache).map((name) => join(cache, name))).toEqual([made])
  })

  it('is another one when its file says something else', async () => {
    const cache = inFolder('changed')
    const changed = inFolder('changed.json')
    writeFileSync(changed, readFileSync(file, 'utf8').replace('"steps": 12', '"steps": 13'))
    const made = await preparedBase('decoder', file, { cache, pretrain: write })
    expect(await preparedBase('decoder', changed, { cache, pretrain: write })).not.toBe(made)
  })

  it('leaves nothing when it could not be made', async () => {
    const cache = inFolder('failed')
    const pretrain = (...made: Parameters<typeof write>): void => {
      write(...made)
      throw new PreparationError('the disk is full')
    }
    await expect(preparedBase('decoder', file, { cache, pretrain })).rejects.toThrow('the disk is full')
    expect(readdirSync(cache)).toEqual([])
  })

  it('is not taken half, as a process leaves it that is killed', async () => {
    const cache = inFolder('killed')
    let half = ''
    const killed = (...[made, out, options]: Parameters<typeof write>): void => {
      write(made, out, options)
      half = `${out}0`
      cpSync(out, half, { recursive: true })
      throw new PreparationError('killed')
    }
    await preparedBase('decoder', file, { cache, pretrain: killed }).catch(() => {})
    rmSync(join(half, 'model.safetensors'))
    const made = await preparedBase('decoder', file, { cache, pretrain: write })
    expect(made).not.toBe(half)
    expect(existsSync(join(made, 'model.safetensors'))).toBe(true)
  })

  it('is taken from the process that was faster', async () => {
    const cache = inFolder('faster')
    const pretrain = (...[made, out, options]: Parameters<typeof write>): void => {
      write(made, out, options)
      write('of another process', out.replace(/\.\d+$/, ''), options)
    }
    const made = await preparedBase('decoder', file, { cache, pretrain })
    expect(readFileSync(join(made, 'config.json'), 'utf8')).toContain('of another process')
    expect(readdirSync(cache).map((name) => join(cache, name))).toEqual([made])
  })
})

describe('preparing the page', () => {
  const prepare = (options: Parameters<typeof flags>[0]): Promise<Finished> =>
    startScript('docs/playground/prepare.ts', ...flags(options)).finished

  it('writes the bases that are kept and the texts, and takes away what was there of bases before', async () => {
    const [cache, out] = [inFolder('cache'), inFolder('out')]
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    const made = ['decoder', 'encoder'].map(async (name): Promise<[string, string]> => {
      return [name, await preparedBase(name, join(bases, `${name}.json`), { cache, pretrain: write })]
    })
    const kept = await Promise.all(made)
    vi.restoreAllMocks()
    mkdirSync(join(out, 'bases/decoder'), { recursive: true })
    writeFileSync(join(out, 'bases/decoder/old.json'), '')
    expect(await prepare({ bases, cache, out })).toEqual({ code: 0, stdout: '', stderr: '' })
    for (const [name, from] of kept) expect(contentsOf(join(out, 'bases', name))).toEqual(contentsOf(from))
    const texts = [corpora.mobyDick, corpora.speeches].map(({ file }) =>
      readFileSync(join(corpusFolder, file)),
    )
    const names = ['data/moby-dick.bin', 'data/speeches.bin']
    expect(names.map((name, i) => texts[i]!.equals(readFileSync(join(out, name))))).toEqual([true, true])
    expect([readdirSync(join(out, 'bases')), readdirSync(join(out, 'data')).length]).toEqual([
      ['decoder', 'encoder'],
      2,
    ])
  })

  it('says in one sentence which file is missing, and makes nothing', async () => {
    const [cache, out] = [inFolder('no cache'), inFolder('no out')]
    const stderr = `error: ${inFolder('decoder.json')}: there is no such file\n`
    expect(await prepare({ bases: folder, cache, out })).toEqual({ code: 1, stdout: '', stderr })
    expect([existsSync(cache), existsSync(out)]).toEqual([false, false])
  })

  it('says in one sentence that it has no such option', async () => {
    const stderr = "error: Unknown option '--basis'\n"
    expect(await prepare({ basis: bases })).toEqual({ code: 1, stdout: '', stderr })
  })
})
