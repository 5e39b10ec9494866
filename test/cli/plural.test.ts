import { expect, it } from "vitest";
import { plural } from "../../src/cli/plural.ts";

it.each([
  [0, "0 files", "0 entries"],
  [1, "1 file", "1 entry"],
  [2, "2 files", "2 entries"],
])("%i", (count, files, entries) => {
  expect([plural(count, "file"), plural(count, "entry", "entries")]).toEqual([files, entries]);
});
