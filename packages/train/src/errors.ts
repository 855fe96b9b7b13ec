import { GyreError } from '@gyre/tensor'

/** A run that cannot go on: a method's text, a loss that is no number, a checkpoint of another run. */
export class TrainingError extends GyreError {}
