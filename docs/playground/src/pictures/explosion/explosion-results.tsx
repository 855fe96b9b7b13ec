import { ScrollArea } from '../../interface/scroll-area.js'
import {
  blockSizes,
  type ExplosionSettings,
  type OptimizerName,
  type OutputCount,
  optimizers,
} from './explosion-training.js'
import { growthOf, outcomeOf, significant } from './outcome.js'
import { type ExplosionResultsBySettings, keyOfSettings } from './use-explosion.js'

interface ExplosionResultsProps {
  readonly results: ExplosionResultsBySettings
  readonly outputs: OutputCount
}

const optimizerNames = Object.keys(optimizers) as OptimizerName[]

/** What has come out so far, at every block size that was tried. */
export function ExplosionResults({ results, outputs }: ExplosionResultsProps) {
  const resultOf = (settings: ExplosionSettings) => results.get(keyOfSettings(settings))
  return (
    <>
      <h3>What came out so far</h3>
      <ScrollArea label="What came out so far">
        <table class="explosion-results">
          <thead>
            <tr>
              <th scope="col">p</th>
              <th scope="col">first gradient ÷ dense (rms)</th>
              {optimizerNames.flatMap((name) =>
                [false, true].map((scaled) => (
                  <th scope="col" key={`${name} ${scaled}`}>
                    {optimizers[name].title}, {scaled ? 'α / p' : 'α'}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {blockSizes.map((blockSize) => {
              const tried = optimizerNames.map((optimizer) => resultOf({ blockSize, optimizer, outputs }))
              const growth = tried.flatMap((progress) => (progress ? [growthOf(progress)] : []))[0]
              return (
                <tr key={blockSize}>
                  <th scope="row">{blockSize}</th>
                  <td>{growth ? significant(growth.rootMeanSquare) : '–'}</td>
                  {tried.flatMap((progress, i) =>
                    [0, 1].map((k) => {
                      // Of the dense network one curve stands for both.
                      const curve = progress?.curves[Math.min(k, progress.curves.length - 1)]
                      return <td key={`${i} ${k}`}>{(curve && outcomeOf(curve)) ?? '–'}</td>
                    }),
                  )}
                </tr>
              )
            })}
          </tbody>
        </table>
      </ScrollArea>
      <p class="note">
        A loss is the mean over the last tenth of the steps; answering 0 everywhere has the loss 1. Different
        block sizes learn from different teachers.
      </p>
    </>
  )
}
