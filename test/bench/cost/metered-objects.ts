import { count } from "./meter.ts";

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The part of an object's storage that is billed. */
export interface BilledStorage {
  readonly sql: object;
  readonly kv: object;
}

interface Cursor {
  readonly rowsRead: number;
  readonly rowsWritten: number;
  toArray(): unknown[];
}

const metered = new WeakSet<object>();

/**
 * Counts what an object's storage is asked for. The platform's classes are changed in place, once an isolate, because an
 * object is constructed with its real context and nothing else.
 */
export function meterStorage(storage: BilledStorage): void {
  around(storage, ["setAlarm", "deleteAlarm"], () => count("objectRowsWritten"));
  around(storage.kv, ["put", "delete"], () => count("objectRowsWritten"));
  around(storage.kv, ["get"], () => count("objectRowsRead"));
  const sql = Object.getPrototypeOf(storage.sql) as Record<string, Method>;
  if (metered.has(sql)) return;
  metered.add(sql);
  const exec = sql["exec"] as Method;
  sql["exec"] = function (...args) {
    return readOut(exec.apply(this, args) as Cursor);
  };
}

/** A cursor counts as it is read: read to its end here, it says what the whole statement costs. */
function readOut(cursor: Cursor): object {
  const rows = cursor.toArray();
  count("objectRowsRead", cursor.rowsRead);
  count("objectRowsWritten", cursor.rowsWritten);
  return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
}

const wrapped = new WeakMap<object, Set<string>>();

function around(object: object, names: readonly string[], before: () => void): void {
  const prototype = Object.getPrototypeOf(object) as Record<string, Method>;
  const known = wrapped.get(prototype) ?? new Set();
  wrapped.set(prototype, known);
  for (const name of names) {
    const method = prototype[name];
    if (!method || known.has(name)) continue;
    known.add(name);
    prototype[name] = function (...args) {
      before();
      return method.apply(this, args);
    };
  }
}
