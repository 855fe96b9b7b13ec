import { GyreError } from '@gyre/tensor'

/** A command line that cannot be run as it was given. */
export class UsageError extends GyreError {}
