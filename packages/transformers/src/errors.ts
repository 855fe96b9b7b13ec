import { GyreError } from '@gyre/tensor'

/** A checkpoint or its configuration that does not fit: file, field or tensor named. */
export class CheckpointError extends GyreError {}
