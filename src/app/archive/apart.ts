import { fault, isRetryable, RuntimeHostError, type Fault } from "../../core/errors.ts";

/** One of several that could not be done, and why. */
export interface Refused<T> {
  readonly item: T;
  readonly fault: Fault;
}

/**
 * Does the work for all at once, and in ever smaller parts where that fails because of some of them: those are the answer.
 * What may pass, a database that does not answer for instance, is nobody's fault and is thrown.
 */
export async function apart<T>(
  items: readonly T[],
  work: (some: readonly T[]) => Promise<void>,
): Promise<readonly Refused<T>[]> {
  try {
    await work(items);
    return [];
  } catch (thrown) {
    const problem = ownFault(thrown);
    if (problem === null || items.length === 0) throw thrown;
    const [first] = items;
    if (items.length === 1 && first !== undefined) return [{ item: first, fault: problem }];
    const middle = Math.ceil(items.length / 2);
    const before = await apart(items.slice(0, middle), work);
    return [...before, ...(await apart(items.slice(middle), work))];
  }
}

/** The fault of what was being done; null for one that lies elsewhere, and may pass. */
function ownFault(thrown: unknown): Fault | null {
  if (thrown instanceof RuntimeHostError) return isRetryable(thrown.fault) ? null : thrown.fault;
  const isOurs = thrown instanceof TypeError || thrown instanceof RangeError || thrown instanceof SyntaxError;
  return isOurs ? fault("RUN_UNSTORABLE", `what is to be stored of it is no such thing: ${thrown.name}`) : null;
}
