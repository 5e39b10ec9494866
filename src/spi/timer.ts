/** Wakes its caller later. The one way a host waits for time, so that a simulated world can own time. */
export interface Timer {
  /** Calls `wake` once after `ms` milliseconds, unless the returned function is called first. Never calls it at once. */
  after(ms: number, wake: () => void): () => void;
}
