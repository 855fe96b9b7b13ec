import { computed, signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Choice } from '../../interface/choice.js'
import { Notice } from '../../interface/notice.js'
import { Section } from '../../interface/section.js'
import { backendTitles } from '../choose-backend.js'
import { CostTable } from '../cost-table.js'
import { cosine, Drawing, impulse, noise, ramp, square } from '../drawing/drawing.js'
import { DrawingPad } from '../drawing/drawing-pad.js'
import { formatDifference, largestDifference } from '../format.js'
import { useComputation } from '../use-computation.js'
import { ButterflyDiagram } from './butterfly-diagram.js'
import { ButterflyFormula } from './butterfly-formula.js'
import './fft-picture.css'
import { MagnitudePlot } from '../magnitude-plot.js'
import { DefinitionFormula, SplitFormula } from './formulas.js'
import { StageControls } from './stage-controls.js'
import { StageNumbers } from './stage-numbers.js'
import { type Butterfly, butterflies, stageCount } from './stages.js'
import { definitionCost, fastCost, transformByStages } from './transform.js'

const lengths = ['4', '8', '16', '32'] as const
const presets = [impulse, cosine, square, ramp, noise]

/** A radix-2 transform of a drawn signal, butterfly by butterfly. */
export function FftPicture() {
  const { length, drawing, step, selected } = useMemo(() => {
    const length = signal<(typeof lengths)[number]>('8')
    const n = computed(() => Number(length.value))
    return {
      length,
      drawing: new Drawing(n, square),
      step: signal(1),
      selected: signal<Butterfly | undefined>(butterflies(8)[0]![0]),
    }
  }, [])
  const { computed: shown, problem } = useComputation(drawing.samples, transformByStages)

  const { input, numbers, on } = shown.value ?? {}
  const n = input?.length ?? Number(length.value)
  const lastStep = stageCount(n)
  const current = Math.min(step.value, lastStep)
  const goTo = (next: number): void => {
    step.value = Math.max(0, Math.min(lastStep, next))
    selected.value = butterflies(n)[step.value - 1]?.[0]
  }
  const butterfly = within(selected.value, n, current)

  return (
    <Section id="fft" title="The fast Fourier transform, step by step">
      <p>
        The discrete Fourier transform measures how much of each frequency is in n samples. Its definition is
        a sum over all samples for each of n frequencies:
      </p>
      <DefinitionFormula />
      <p>
        The fast transform takes the samples at even and at odd places apart, transforms each half, E and O,
        and joins them in pairs, each pair a <em>butterfly</em>. Halved until nothing is left to halve, that
        is the picture below.
      </p>
      <SplitFormula />
      <Choice
        label="Samples"
        options={lengths.map((value) => ({ value, label: value }))}
        value={length}
        onChoose={(value) => {
          length.value = value
          step.value = 1
          selected.value = butterflies(Number(value))[0]![0]
        }}
      />
      <DrawingPad label="The signal x" letter="x" drawing={drawing} presets={presets} />
      {problem.value && <Notice kind="problem">{problem.value}</Notice>}
      {!numbers && !problem.value && <p class="fft-pending">Computing …</p>}
      {numbers && (
        <>
          <div class="fft-stages">
            <div>
              <StageControls step={current} lastStep={lastStep} onStep={goTo} />
              <ButterflyDiagram
                columns={numbers.columns}
                step={current}
                selected={butterfly}
                onSelect={(each) => {
                  selected.value = each
                }}
                onStep={(change) => goTo(current + change)}
              />
            </div>
            {butterfly ? (
              <ButterflyFormula butterfly={butterfly} columns={numbers.columns} />
            ) : (
              <p class="butterfly-formula">
                The samples in the order in which the halving leaves them: place j is where the bits of j,
                read backwards, say.
              </p>
            )}
          </div>
          <StageNumbers columns={numbers.columns} />
          <div class="side-by-side">
            <div>
              <h3>The spectrum</h3>
              <MagnitudePlot letter="X" spectrum={numbers.columns.at(-1)!} />
              <p class="note">
                Computed on {backendTitles[on!.name]}. The definition, computed there too, differs from it by
                at most {formatDifference(largestDifference(numbers.columns.at(-1)!, numbers.byDefinition))}.
              </p>
            </div>
            <div>
              <h3>What it takes</h3>
              <CostTable
                caption={`Counted for ${n} samples`}
                columns={['complex multiply–adds', 'FLOPs']}
                rows={[
                  { label: 'fast', values: Object.values(fastCost(n)) },
                  { label: 'definition', values: Object.values(definitionCost(n)) },
                ]}
              />
              <p class="note">
                Multiply–adds are the numbers that the butterflies make, n · log₂ n, against the entries of
                the transform's matrix, n². FLOPs are those of the traced operations.
              </p>
            </div>
          </div>
        </>
      )}
    </Section>
  )
}

/** The butterfly, where there is such a one and it has been computed. */
function within(butterfly: Butterfly | undefined, n: number, step: number): Butterfly | undefined {
  return butterfly && butterfly.bottom < n && butterfly.stage <= step ? butterfly : undefined
}
