/** Memory for one tensor or one table, wherever it will lie. */
export class Block {
  readonly bytes: number

  constructor(bytes: number) {
    this.bytes = bytes
  }
}
