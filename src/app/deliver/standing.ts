/**
 * Whether a message that died still matters. `waiting`: whoever it is for still waits for exactly this message. `stale`:
 * it goes on without it. `ended`: there is nothing left to go on.
 */
export interface Standing {
  readonly kind: "waiting" | "stale" | "ended";
  /** For a person. */
  readonly reason: string;
}
