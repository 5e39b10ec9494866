/** A node version's trust at one moment. */
export interface TrustScore {
  /** Smoothed, decayed success rate, 0 to 1. */
  readonly score: number;
  /** How much of the score rests on observations rather than on the prior, 0 to 1. */
  readonly confidence: number;
  /** Observations with a weight above zero. */
  readonly samples: number;
}

/** The score of a node nothing has been observed of: its prior. */
export const unproven = (declared: number | null): TrustScore => ({ score: declared ?? 0.5, confidence: 0, samples: 0 });
