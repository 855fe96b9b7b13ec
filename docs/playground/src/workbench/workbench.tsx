import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Notice } from '../interface/notice.js'
import { Section } from '../interface/section.js'

/** Fine-tunes a small transformer in the browser. What it is made of is loaded once the page is there. */
export function Workbench() {
  const [View, setView] = useState<ComponentType>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    import('./open-bench.js').then(
      ({ OpenBench }) => setView(() => OpenBench),
      (error: Error) => setProblem(`The workbench could not be loaded: ${error.message}`),
    )
  }, [])
  return (
    <Section id="workbench" title="The workbench">
      <p>
        Fine-tune a small transformer here, in this page: a decoder that has read presidents' speeches, or an
        encoder that tells classes apart. Compare up to four runs, try the models on a sentence, and take the
        adapter home.
      </p>
      {problem !== undefined && <Notice kind="problem">{problem}</Notice>}
      {View ? <View /> : problem === undefined && <p class="quiet">Loading the workbench …</p>}
    </Section>
  )
}
