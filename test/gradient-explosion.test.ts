import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replaceSection } from '../benchmarks/studies/document-section.js'
import { figuresOf, readResults, sectionsOf } from '../benchmarks/studies/gradient-explosion/document.js'
import { root } from './markdown-examples.js'

// What `npm run study -- gradient-explosion --part docs` would write stands there already.

const results = readResults(join(root, 'benchmarks/studies/results'))
const read = (file: string): string => readFileSync(join(root, 'docs', file), 'utf8')

describe('docs/gradient-explosion.md', () => {
  const text = read('gradient-explosion.md')

  it.each(Object.entries(sectionsOf(results)))('has the table %s of the stored results', (name, section) => {
    expect(text).toContain(section)
    expect(replaceSection(text, name, section)).toBe(text)
  })

  it.each(Object.entries(figuresOf(results)))('has the figure %s of the stored results', (file, figure) => {
    expect(read(file)).toBe(figure)
    expect(text).toContain(`](${file})`)
  })
})
