import { readFileSync } from 'node:fs'
import { formatClaims, paperClaims } from '@gyre/report'
import { expect, it } from 'vitest'

it('docs/paper-claims.md shows what the methods give', () => {
  const page = readFileSync(new URL('../docs/paper-claims.md', import.meta.url), 'utf8')
  const sections = formatClaims(paperClaims(), { markdown: true }).split(/\n(?=## )/)
  expect(sections).toHaveLength(3)
  for (const section of sections) expect(page).toContain(section.trim())
})
