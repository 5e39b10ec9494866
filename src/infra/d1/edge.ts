import { fault, RuntimeHostError } from "../../core/errors.ts";

/**
 * The edge of the database: whatever goes wrong inside leaves as SERVICE_UNAVAILABLE, with the raw exception as its
 * cause. D1 gives no error codes, only texts, so nothing finer is told apart.
 *
 * @param purpose completes "the database did not …"
 */
export async function answered<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RuntimeHostError) throw cause;
    throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", `the database did not ${purpose}`), { cause });
  }
}

/** Whether the database will refuse the same again, whatever happens: it names the rule of SQLite that was broken. */
export function isRefusal(thrown: unknown): boolean {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause)
    if (/SQLITE_(CONSTRAINT|TOOBIG|MISMATCH)/.test(cause.message)) return true;
  return false;
}
