/**
 * Types a page and shows where it differs from what is printed: node test/e2e/pages/main.ts PAGE [--served worker] [--write].
 * With --write the page gets what was printed; read it, and put `…` back where it stands for what is left out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { readAndType, SERVERS, type Difference, type Served } from "./reader.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { served: { type: "string", default: "none" }, write: { type: "boolean", default: false } },
});

const served = (Object.keys(SERVERS) as Served[]).find((one) => one === values.served);
if (served === undefined) throw new Error(`--served takes ${Object.keys(SERVERS).join(", ")}`);

for (const page of positionals) {
  const differences = await readAndType(page, served);
  for (const { place, command, shown, printed } of differences)
    process.stdout.write(`\n=== ${place}\n$ ${command}\n--- shown\n${shown}\n--- printed\n${printed}\n`);
  if (values.write) rewrite(join(PROJECT_ROOT, page), differences);
}

function rewrite(path: string, differences: readonly Difference[]): void {
  const lines = readFileSync(path, "utf8").split("\n");
  for (const { from, shown, printed } of differences.toReversed()) {
    const length = shown === "" ? 0 : shown.split("\n").length;
    if (lines.slice(from, from + length).join("\n") === shown)
      lines.splice(from, length, ...printed.trimEnd().split("\n"));
  }
  writeFileSync(path, lines.join("\n"));
}
