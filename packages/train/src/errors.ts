import { GyreError } from '@gyre/tensor'

/** A run that cannot go on: a method's text, a loss that is no number, a checkpoint of another run. */
export class TrainingError extends GyreError {}

/** A run that left the numbers: its loss, or what its model says, is infinite or no number. */
export class DivergenceError extends TrainingError {}
