/** What a `service` entrypoint calls: a method of the Worker that is bound under a name. */
export interface ServiceTarget {
  readonly binding: string;
  /** `fetch` for a signed request, any other for a call of that method. */
  readonly method: string;
}

/** The method that is no call but a request. */
export const SERVICE_FETCH = "fetch";

/** Names that mean something to the platform or to every object, so that they are no methods of anybody's own. */
const TAKEN: ReadonlySet<string> = new Set([
  ..."connect dup constructor then alarm queue scheduled tail tailStream test trace email".split(" "),
  ..."webSocketMessage webSocketClose webSocketError".split(" "),
  ..."toString toLocaleString valueOf toJSON hasOwnProperty isPrototypeOf propertyIsEnumerable".split(" "),
]);

/** Reads `BINDING#method`; null for anything else. */
export function serviceTarget(target: string): ServiceTarget | null {
  const [, binding, method] = /^([A-Za-z_][A-Za-z0-9_]{0,99})#([A-Za-z][A-Za-z0-9_]{0,99})$/.exec(target) ?? [];
  return binding === undefined || method === undefined || TAKEN.has(method) ? null : { binding, method };
}
