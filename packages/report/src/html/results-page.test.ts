import { createHash } from 'node:crypto'
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import type { ResultRecord } from '../results/record.js'
import { resultsPage } from './results-page.js'
import { sortScript, sortScriptHash } from './sort-script.js'

const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>' & <b>`

/** A record whose every name and text is markup. */
function hostile(seed: number): ResultRecord {
  return {
    format: 1,
    kind: evil,
    cell: `${seed}`,
    settings: { model: evil, task: evil, method: `${evil}${seed}`, [evil]: evil, seed: 0 },
    versions: { [evil]: evil },
    metrics: { accuracy: 0.5 + seed / 10, trainableParameters: 10 + seed, [evil]: seed },
    curves: { [evil]: { steps: [1, 2], values: [1, 2 + seed] } },
    blockSizes: { [`layers.${evil}`]: 4, [`layers.${seed}`]: 8 },
    finishedAt: evil,
  }
}

describe('a page of results', () => {
  const page = resultsPage([hostile(0), hostile(1)])
  const { document } = parseHTML(page)

  it('shows markup of names and values as text', () => {
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('<img')
    expect(document.querySelectorAll('script')).toHaveLength(1)
    expect(document.querySelector('h1')!.textContent).toContain('<script>alert(1)</script>')
    expect(document.querySelector('tbody th')!.textContent).toContain('onerror')
    const handlers = [...document.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes].filter(({ name }) => name.startsWith('on')),
    )
    expect(handlers).toEqual([])
  })

  it('draws what there is: tradeoffs, curves and block sizes, each with words for it', () => {
    const figures = [...document.querySelectorAll('figure')]
    expect(new Set(figures.map((figure) => figure.className))).toEqual(new Set(['tradeoff', 'lines', 'grid']))
    for (const figure of figures) {
      const image = figure.querySelector('svg[role=img]')!
      expect(image.getAttribute('aria-label')!.length).toBeGreaterThan(20)
      expect(image.querySelectorAll('path, circle, rect').length).toBeGreaterThan(2)
    }
  })

  it('has links that lead somewhere, and no name twice', () => {
    const names = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    const links = [...document.querySelectorAll('[href]')].map((link) => link.getAttribute('href')!)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((link) => !link.startsWith('#') || !names.includes(link.slice(1)))).toEqual([])
  })

  it('asks for nothing outside, and allows its own script alone', () => {
    expect(page.match(/(?:src|href)=["'](?!#)|url\(|@import/g)).toBeNull()
    expect(sortScriptHash).toBe(`sha256-${createHash('sha256').update(sortScript).digest('base64')}`)
    const policy = document.querySelector('meta[http-equiv]')!.getAttribute('content')
    expect(policy).toContain(`default-src 'none'`)
    expect(policy).toContain(`script-src '${sortScriptHash}'`)
  })

  it('is the same page for the same results', () => {
    expect(resultsPage([hostile(0), hostile(1)])).toBe(page)
  })
})
