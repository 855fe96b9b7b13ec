import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Backend, type Storage, setBackend } from './backend.js'
import { tensor, zeros } from './create.js'
import { isGyreError, ScopeError } from './errors.js'
import { jsBackend } from './js-backend.js'
import { add } from './ops/add.js'
import { neg } from './ops/neg.js'
import { reshape } from './ops/reshape.js'
import { Parameter } from './parameter.js'
import { currentScope, keep, recordingScope, scope } from './scope.js'
import type { Tensor } from './tensor.js'

const one = () => add(tensor([1, 2]), 0)

describe('a scope', () => {
  test('ends what was made in it', () => {
    let escaped: Tensor | undefined
    scope(() => {
      escaped = one()
      expect([...escaped.dataSync()]).toEqual([1, 2])
    })
    const sentence =
      'a tensor of shape [2] is used after the scope that made it ended; return it from the scope or keep(t) it'
    expect(() => escaped!.dataSync()).toThrow(new ScopeError(`dataSync(): ${sentence}`))
    expect(() => add(escaped!, 1)).toThrow(`add: ${sentence}`)
    expect(() => keep(escaped)).toThrow(
      'keep: a tensor of shape [2] cannot be kept after the scope that made it ended',
    )
  })

  test('rejects the asynchronous reading of an ended tensor', async () => {
    let escaped: Tensor | undefined
    scope(() => {
      escaped = one()
    })
    const error = await escaped!.data().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ScopeError)
    expect(isGyreError(error)).toBe(true)
  })

  test('lets what it returns live, also in arrays, objects and maps', () => {
    const result = scope(() => ({ list: [one(), { deep: one() }], map: new Map([['key', one()]]) }))
    const [first, { deep }] = result.list as [Tensor, { deep: Tensor }]
    for (const t of [first, deep, result.map.get('key')!]) expect([...t.dataSync()]).toEqual([1, 2])
  })

  test('lets what it keeps live, and what was made before it', () => {
    const before = one()
    let kept: ReturnType<typeof one> | undefined
    const sum = scope(() => {
      kept = keep(one())
      return add(before, kept)
    })
    expect([...sum.dataSync()]).toEqual([2, 4])
    expect([...kept!.dataSync()]).toEqual([1, 2])
    expect([...before.dataSync()]).toEqual([1, 2])
  })

  test('ends constants and views too', () => {
    let constant: Tensor | undefined
    let view: Tensor | undefined
    scope(() => {
      constant = zeros([3]) as Tensor
      view = reshape(one(), [2, 1]) as Tensor
    })
    expect(() => constant!.dataSync()).toThrow(ScopeError)
    expect(() => view!.dataSync()).toThrow(ScopeError)
  })

  test('hands what it returns to the scope around it, where that ends', () => {
    let inner: Tensor | undefined
    scope(() => {
      inner = scope(() => one())
      expect([...inner.dataSync()]).toEqual([1, 2])
    })
    expect(() => inner!.dataSync()).toThrow(ScopeError)
  })

  test('ends when its body throws', () => {
    let escaped: Tensor | undefined
    expect(() =>
      scope(() => {
        escaped = one()
        throw new Error('from the body')
      }),
    ).toThrow('from the body')
    expect(currentScope()).toBeUndefined()
    expect(() => escaped!.dataSync()).toThrow(ScopeError)
  })

  test('may be asynchronous, and then ends when its promise settles', async () => {
    let escaped: Tensor | undefined
    const result = await scope(async () => {
      escaped = one()
      await Promise.resolve()
      return add(escaped, 1)
    })
    expect([...result.dataSync()]).toEqual([2, 3])
    expect(() => escaped!.dataSync()).toThrow(ScopeError)
    await expect(
      scope(async () => {
        await Promise.resolve()
        throw new Error('later')
      }),
    ).rejects.toThrow('later')
    expect(currentScope()).toBeUndefined()
  })

  test('must not end while one that was opened after it is open', async () => {
    const signals: (() => void)[] = []
    const wait = () => new Promise<void>((resolve) => signals.push(resolve))
    const first = scope(wait)
    const second = scope(async () => {
      const made = one()
      await wait()
      return made
    })
    signals[0]!()
    await expect(first).rejects.toThrow(
      new ScopeError('scopes must nest: a scope ended while another one, opened after it, is still open'),
    )
    signals[1]!()
    // The mistake costs the first scope alone: what the second returns lives, and no scope stays open.
    expect([...(await second).dataSync()]).toEqual([1, 2])
    expect(currentScope()).toBeUndefined()
  })
})

describe('a recording scope', () => {
  test('keeps what scopes inside it made until it ends itself', () => {
    let inner: Tensor | undefined
    recordingScope(() => {
      scope(() => {
        inner = one()
      })
      expect([...inner!.dataSync()]).toEqual([1, 2])
    })
    expect(() => inner!.dataSync()).toThrow(ScopeError)
  })

  test('hands everything over when asked to', () => {
    let made: Tensor | undefined
    recordingScope(
      () => {
        made = one()
      },
      { handOver: true },
    )
    expect([...made!.dataSync()]).toEqual([1, 2])
  })
})

describe('a scope on a backend that has to be told', () => {
  const released = new Set<Storage>()
  const backend: Backend = { ...jsBackend, name: 'told', release: (storage) => released.add(storage) }
  beforeAll(() => setBackend(backend))
  afterAll(() => setBackend(jsBackend))
  beforeEach(() => released.clear())

  /** How many storages have been given back by the end of \`body\`, and what it returns. */
  function releasesOf<T>(body: () => T): { readonly result: T; readonly releases: number } {
    const result = scope(body)
    return { result, releases: released.size }
  }

  test('gives back everything made in it but what it returns', () => {
    // [1, 2], its sum with 0, and that 0 end; the negative lives.
    const { result, releases } = releasesOf(() => neg(one()))
    expect(releases).toBe(3)
    expect([...result.dataSync()]).toEqual([-1, -2])
  })

  test('leaves the numbers of a tensor alone whose view it returns', () => {
    const { result, releases } = releasesOf(() => reshape(one(), [2, 1]))
    expect(releases).toBe(2)
    expect([...result.dataSync()]).toEqual([1, 2])
  })

  test('leaves those of outer tensors, kept ones and parameters alone', () => {
    const outer = one()
    const parameter = new Parameter({ shape: [2], dtype: 'float32' }, 'zeros')
    const { result, releases } = releasesOf(() => {
      const kept = keep(neg(outer))
      parameter.assign(add(parameter.value, outer))
      return () => kept
    })
    expect(releases).toBe(0)
    expect([...result().dataSync()]).toEqual([-1, -2])
    expect([...parameter.value.dataSync()]).toEqual([1, 2])
    expect([...outer.dataSync()]).toEqual([1, 2])
  })

  test('hands them to a recording scope around it, which gives them back', () => {
    recordingScope(() => {
      scope(one)
      expect(released.size).toBe(0)
    })
    expect(released.size).toBe(3)
  })
})
