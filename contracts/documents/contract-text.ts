/** A runtime contract as it was written, and the file it stands in. */
export interface ContractText {
  readonly file: string;
  readonly text: string;
}
