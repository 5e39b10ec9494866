/** Travels with a message that was taken out of the dead letters, so that a second death is known as the same. */
export interface Redrive {
  /** The dead letter's id. */
  readonly id: string;
  /** 1 for the first redrive. */
  readonly count: number;
  /** Retries before this redrive, all deaths together. */
  readonly retryCount: number;
}
