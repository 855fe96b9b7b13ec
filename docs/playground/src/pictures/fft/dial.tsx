import type { Complex } from '../complex.js'

interface DialProps {
  readonly x: number
  readonly y: number
  readonly radius: number
  /** Undefined while it has not been computed. */
  readonly value: Complex | undefined
  /** The magnitude that the hand is as long as the radius for. */
  readonly longest: number
  /** Which end of the selected butterfly it is. */
  readonly marked: 'a' | 'b' | undefined
}

/** A complex number as a hand: its length and its angle. */
export function Dial({ x, y, radius, value, longest, marked }: DialProps) {
  const scale = (0.92 * radius) / longest
  return (
    <g class={`dial ${marked === undefined ? '' : `end-${marked}`} ${value ? '' : 'ahead'}`}>
      <circle cx={x} cy={y} r={radius} />
      {value && (
        <>
          <line x1={x} y1={y} x2={x + scale * value[0]} y2={y - scale * value[1]} />
          <circle class="pivot" cx={x} cy={y} r={1.6} />
        </>
      )}
    </g>
  )
}
