import { formatNumber, shortNumber } from '@gyre/report'

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** `89,856`, as a whole number. */
export function exactly(value: number): string {
  return formatNumber(value)
}

/** `13.2 M` */
export function approximately(value: number): string {
  return compact.format(value).replace(/(?<=\d)(?=[A-Z])/, ' ')
}

/** `4.598`, with four digits; what is none says so. */
export function fourDigits(value: number): string {
  return Number.isFinite(value) ? shortNumber(value) : 'no number'
}

/** `31.4 MiB` */
export function inMebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: bytes < 2 ** 30 ? 1 : 0 })} MiB`
}

/** `4.0 %` of a share from 0 to 1. */
export function percent(share: number): string {
  const digits = share === 0 || share >= 0.01 ? 1 : share < 0.001 ? 3 : 2
  return `${(100 * share).toFixed(digits)} %`
}
