import { Notice } from '../interface/notice.js'
import { Section } from '../interface/section.js'
import { useLoaded } from '../interface/use-loaded.js'

/** Fine-tunes a small transformer in the browser. What it is made of is loaded once the page is there. */
export function Workbench() {
  const { Component, problem } = useLoaded(
    'The workbench',
    async () => (await import('./open-bench.js')).OpenBench,
  )
  return (
    <Section id="workbench" title="The workbench">
      <p>
        Fine-tune a small transformer here, in this page: a decoder that has read presidents' speeches, or an
        encoder that tells classes apart. Compare up to four runs, try the models on a sentence, and take the
        adapter home.
      </p>
      {problem && <Notice kind="problem">{problem}</Notice>}
      {Component ? <Component /> : !problem && <p class="quiet">Loading the workbench …</p>}
    </Section>
  )
}
