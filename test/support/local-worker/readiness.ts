import { connect } from "node:net";
import { once } from "node:events";

/** What a connection ends with that came too early, or met a server that is still finding its feet. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_CLOSED", "ETIMEDOUT"]);

/** Whether something failed for want of a connection alone: the same may do in a moment. */
export function isPassing(thrown: unknown): boolean {
  for (let at = thrown; at instanceof Error; at = at.cause) {
    if ("code" in at && PASSING.has(String(at.code))) return true;
    if (at instanceof AggregateError && at.errors.some(isPassing)) return true;
  }
  return false;
}

export interface Patience {
  /** How often it is asked before the last refusal is believed. */
  readonly tries: number;
  /** Passes the time between two. */
  readonly pause: () => Promise<void>;
}

/** Half a minute, asking every 50 ms. */
export const PATIENT: Patience = {
  tries: 600,
  pause: () => new Promise((resolve) => setTimeout(resolve, 50)),
};

/** Repeats work that fails for want of a connection; whatever else it fails with is thrown at once. Safe for idempotent work only. */
export async function persistently<T>(work: () => Promise<T>, { tries, pause }: Patience = PATIENT): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await work();
    } catch (thrown) {
      if (left <= 0 || !isPassing(thrown)) throw thrown;
    }
    await pause();
  }
}

/** Waits until a server answers a request, with whatever status. The path is one that reads and writes nothing. */
export async function untilAnswered(url: string, patience?: Patience): Promise<void> {
  await persistently(async () => {
    const response = await fetch(new URL("/favicon.ico", url));
    await response.arrayBuffer();
  }, patience);
}

/** Waits until something listens there, without asking it anything. */
export const untilListening = (url: string, patience?: Patience): Promise<void> =>
  persistently(() => connection(url), patience);

/** Whether anything listens there. */
export const listens = (url: string): Promise<boolean> =>
  connection(url).then(
    () => true,
    () => false,
  );

/** Connects, and hangs up. */
async function connection(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}
