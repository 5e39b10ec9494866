/**
 * Takes down what today's release stores, once, before the next one: `node test/compat/record/main.ts` writes a folder
 * beside this one, named by the version of package.json. What is there is never written again: later code has to read
 * it as it is.
 */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import project from "../../../package.json" with { type: "json" };
import { recordBooks, recordLimits } from "./books.ts";
import { recordLives } from "./lives.ts";
import { recordMarks } from "./marks.ts";
import { recordMessages } from "./messages.ts";
import { recordWorker } from "./worker.ts";
import { squeezed } from "../squeeze.ts";

const folder = join(import.meta.dirname, "..", project.version);
if (existsSync(folder)) {
  process.stderr.write(`error: ${folder} is there, and what a release has stored does not change\n`);
  process.exit(1);
}
const { snapshots, ...worker } = await recordWorker();
const recorded = {
  lives: recordLives(),
  rings: await recordBooks(),
  limits: recordLimits(),
  messages: await recordMessages(),
  snapshots,
  worker,
  marks: recordMarks(),
};
await mkdir(folder);
for (const [name, records] of Object.entries(recorded)) {
  await writeFile(join(folder, `${name}.json`), `${squeezed(JSON.stringify(records, null, 1))}\n`);
}
process.exit(0);
