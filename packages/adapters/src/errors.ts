import { GyreError } from '@gyre/tensor'

/** An adapter that does not fit: its configuration, its targets, or its file. */
export class AdapterError extends GyreError {}
