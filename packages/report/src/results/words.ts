import { formatNumber } from '../table.js'

/** `1 run`, `1,200 runs` */
export function counted(count: number, what: string): string {
  return `${formatNumber(count)} ${what}${count === 1 ? '' : 's'}`
}

/** The first eight, and how many there are besides. */
export function listOf(labels: readonly string[]): string {
  const rest = labels.length - 8
  return [...labels.slice(0, 8), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
