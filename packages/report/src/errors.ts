import { GyreError } from '@gyre/tensor'

/** A report that cannot be made: a batch that the model does not take. */
export class ReportError extends GyreError {}
