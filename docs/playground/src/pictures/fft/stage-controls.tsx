import { useEffect, useState } from 'preact/hooks'

interface StageControlsProps {
  readonly step: number
  readonly lastStep: number
  readonly onStep: (step: number) => void
}

const millisecondsPerStage = 1200

/** Goes through the stages, by hand or by itself. */
export function StageControls({ step, lastStep, onStep }: StageControlsProps) {
  const [isPlaying, setPlaying] = useState(false)
  const isAtEnd = step === lastStep
  useEffect(() => {
    if (!isPlaying) return
    if (isAtEnd) {
      setPlaying(false)
      return
    }
    const timer = setTimeout(() => onStep(step + 1), millisecondsPerStage)
    return () => clearTimeout(timer)
  })
  return (
    <div class="stage-controls">
      <button type="button" aria-disabled={step === 0} onClick={() => onStep(step - 1)}>
        Back
      </button>
      <button type="button" aria-disabled={isAtEnd} onClick={() => onStep(step + 1)}>
        Forward
      </button>
      <button
        type="button"
        onClick={() => {
          if (!isPlaying && isAtEnd) onStep(0)
          setPlaying(!isPlaying)
        }}
      >
        {isPlaying ? 'Pause' : 'Play'}
      </button>
      <span role="status">{wordsFor(step, lastStep)}</span>
    </div>
  )
}

function wordsFor(step: number, lastStep: number): string {
  const n = 2 ** lastStep
  if (step === 0) return 'The samples, in bit-reversed order'
  const transforms = n / 2 ** step
  return `Stage ${step} of ${lastStep}: ${transforms === 1 ? 'the transform' : `${transforms} transforms`} of length ${2 ** step}`
}
