import type { Sink } from "./shell.ts";

/** Writes one JSON document. */
export const writeJson = (sink: Sink, value: unknown): Promise<void> =>
  sink.write(`${JSON.stringify(value, null, 2)}\n`);

/** A JSON document whose first member is a list too long to be held in memory. */
export interface JsonList {
  item(value: unknown): Promise<void> | void;
  /** Ends the list and adds the other members. */
  end(rest: Readonly<Record<string, unknown>>): Promise<void>;
}

const CHUNK_CHARS = 64 * 1024;

/** Starts `{"<name>": [ … ], …}`, one item a line. Nothing is written before the first chunk is full or the list ends. */
export function openJson(sink: Sink, name: string): JsonList {
  let pending = `{${JSON.stringify(name)}: [`;
  let separator = "\n";
  return {
    item(value) {
      pending += separator + JSON.stringify(value);
      separator = ",\n";
      if (pending.length < CHUNK_CHARS) return;
      const chunk = pending;
      pending = "";
      return sink.write(chunk);
    },
    end(rest) {
      const members = Object.entries(rest).map(([key, value]) => `,\n${JSON.stringify(key)}: ${JSON.stringify(value)}`);
      return sink.write(`${pending}${separator === "\n" ? "" : "\n"}]${members.join("")}}\n`);
    },
  };
}
