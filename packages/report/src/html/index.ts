export { resultsPage } from './results-page.js'
