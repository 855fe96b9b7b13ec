import { describe, expect, it } from 'vitest'
import { renderBarChart } from './bar-chart.js'

/** Lengths of the bars, without the background. */
function lengthsOf(svg: string): number[] {
  return [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, length]) => Number(length))
}

describe('renderBarChart', () => {
  it('draws bars from zero, in proportion to their values', () => {
    const bars = [4, 1, 0].map((value) => ({ label: `method ${value}`, value }))
    const [first, second, third] = lengthsOf(renderBarChart({ title: 'loss', bars }))
    expect(second).toBe(first! / 4)
    expect(third).toBe(0)
    expect(first).toBeGreaterThan(0)
  })

  it('writes each value with its decimals, and the note behind it', () => {
    const svg = renderBarChart({
      title: 'loss',
      bars: [{ label: 'full', value: 2.5, note: '1,000 trained' }],
      digits: 3,
    })
    expect(svg).toContain('>2.500 · 1,000 trained</text>')
  })

  it('makes markup in labels and titles inert', () => {
    const svg = renderBarChart({ title: 'a & b', bars: [{ label: '<script>\u0007', value: 1 }] })
    expect(svg).toContain('a &amp; b')
    expect(svg).toContain('&lt;script&gt;\uFFFD')
    expect(svg).not.toContain('<script>')
  })

  it('draws no bars where all values are zero', () => {
    expect(lengthsOf(renderBarChart({ title: 'none', bars: [{ label: 'a', value: 0 }] }))).toEqual([0])
  })
})
