import type { SweepMarks } from "../../spi/books/sweep-marks.ts";

/** How far recurring work has come, in a map. */
export function memorySweepMarks(): SweepMarks {
  const marks = new Map<string, string>();
  return {
    read: async (name) => marks.get(name) ?? null,
    write: async (name, value) => void marks.set(name, value),
  };
}
