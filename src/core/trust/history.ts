import type { TrustScore } from "./score.ts";

/** A node version's score at the time it was noted, milliseconds since the epoch. */
export interface ScoreMoment extends TrustScore {
  readonly at: number;
}

/** What a trust memory knows of one version of a node. */
export interface TrustRecord {
  readonly version: string;
  readonly score: TrustScore;
  readonly successes: number;
  readonly failures: number;
  /** Oldest first, at most HISTORY_LENGTH. */
  readonly history: readonly ScoreMoment[];
}

/** A score on its way into the registry. */
export interface ScoredNode {
  /** `name@version`. */
  readonly node: string;
  readonly score: TrustScore;
  readonly at: number;
}

/** How many moments a version's history keeps. */
export const HISTORY_LENGTH = 50;

/** A move of score or confidence below this is not worth a write, nor a new registry version for every planner. */
export const NOTED_MOVE = 0.001;

/** The history with the score noted, or the very same history when the score has not moved since its last note. */
export function noteScore(history: readonly ScoreMoment[], score: TrustScore, at: number): readonly ScoreMoment[] {
  const last = history.at(-1);
  const moved =
    !last ||
    Math.abs(last.score - score.score) >= NOTED_MOVE ||
    Math.abs(last.confidence - score.confidence) >= NOTED_MOVE;
  return moved ? [...history, { ...score, at }].slice(-HISTORY_LENGTH) : history;
}
