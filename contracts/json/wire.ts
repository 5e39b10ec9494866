/**
 * What a schema describes, as those who answer and those who read hold it: immutable, and a member that may be absent is
 * absent rather than undefined. JSON of any shape stays as it is.
 */
export type Wire<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? string extends keyof T
        ? T
        : { readonly [Member in keyof T]: Wire<Exclude<T[Member], undefined>> }
      : T;

/** What was read from JSON, as `Wire` has it: JSON holds no undefined, which schemas' own types allow for. */
export const asWire = <T>(read: T): Wire<T> => read as Wire<T>;
