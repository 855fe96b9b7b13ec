export { resultsPage } from './results-page.js'
export { tradeoffsSvg } from './tradeoffs-svg.js'
