import { fault, RuntimeHostError } from "../../core/errors.ts";

/** A namespace of objects, as far as adapters use it. */
export interface Objects {
  getByName(name: string, options?: { readonly locationHint?: DurableObjectLocationHint }): unknown;
}

const HINTS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"] as const;

/**
 * The same objects, made near a place. An object is made where its first caller is, or near the hint, and never moves;
 * for an object that is there a hint changes nothing. An empty hint is none; INVALID_CONFIGURATION for an unknown one.
 */
export function placedObjects(objects: Objects, hint: string): Objects {
  if (hint === "") return objects;
  const locationHint = HINTS.find((known) => known === hint);
  if (locationHint !== undefined) return { getByName: (name) => objects.getByName(name, { locationHint }) };
  const text = `set LOCATION_HINT to one of ${HINTS.join(", ")}, or to nothing`;
  throw new RuntimeHostError(fault("INVALID_CONFIGURATION", `LOCATION_HINT is '${hint}'`, { hint: text }));
}

/** An object that says it is overloaded is left alone for so long, in seconds. */
const OVERLOADED_SECONDS = 10;

/**
 * Calls an object; SERVICE_UNAVAILABLE when that fails. One that is overloaded is named so, and wants a longer pause: a
 * repetition at once would only add to its load.
 */
export async function answered<T>(who: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof RuntimeHostError) throw cause;
    const isOverloaded =
      typeof cause === "object" && cause !== null && "overloaded" in cause && cause.overloaded === true;
    throw new RuntimeHostError(
      isOverloaded
        ? fault("SERVICE_UNAVAILABLE", `${who} is overloaded`, { retryAfterSeconds: OVERLOADED_SECONDS })
        : fault("SERVICE_UNAVAILABLE", `${who} did not answer`),
      { cause },
    );
  }
}
