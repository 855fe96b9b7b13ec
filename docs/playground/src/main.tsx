import { render } from 'preact'
import { App } from './app.js'
import { startServiceWorker } from './offline/service-worker.js'

render(<App />, document.getElementById('app')!)

if (import.meta.env.PROD) {
  // After what the page itself fetches.
  if (document.readyState === 'complete') void startServiceWorker()
  else addEventListener('load', () => void startServiceWorker(), { once: true })
}
