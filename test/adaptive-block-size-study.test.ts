import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readResults } from '../benchmarks/studies/adaptive-block-size/study-results.js'
import { sectionsOf } from '../benchmarks/studies/adaptive-block-size/study-sections.js'
import { root } from './markdown-examples.js'

const results = readResults()

describe('the study of adaptive block sizes', () => {
  it.each(Object.entries(sectionsOf(results)))('has its results in the document: %s', (name, section) => {
    const text = readFileSync(join(root, 'docs/adaptive-block-size.md'), 'utf8')
    expect(text).toContain(`<!-- ${name} -->\n\n${section}\n\n<!-- /${name} -->`)
  })

  it('compares at equal budgets, which nothing exceeds, and the same seeds', () => {
    expect(results.blocks.length).toBeGreaterThan(0)
    for (const { budget, rows } of results.blocks) {
      expect(rows.map(({ sizing }) => sizing)).toEqual(['uniform', 'energy', 'magnitude'])
      for (const { sizing, runs } of rows) {
        expect(runs).toHaveLength(3)
        for (const { parameters } of runs) {
          if (sizing === 'uniform') expect(parameters).toBe(budget)
          else expect(parameters).toBeLessThanOrEqual(budget)
        }
      }
    }
  })

  it('captures by --block-size auto at least what one size everywhere does, on the batches chosen by', () => {
    for (const { rows } of results.blocks) {
      const [uniform, automatic] = rows
      for (const [seed, { captured }] of automatic!.runs.entries()) {
        expect(captured.chosenBy).toBeGreaterThanOrEqual(uniform!.runs[seed]!.captured.chosenBy)
      }
    }
  })
})
