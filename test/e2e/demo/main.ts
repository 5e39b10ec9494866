/**
 * The main job, whole and for real: the Worker on workerd with the local D1, R2, queues and objects builds a node, and
 * plans and runs with it on documents. Usage: npm run demo -- [FILES…] [--keys] [--json]. Without files it takes the
 * documents that ship in docs/examples. With --keys it shows what was written to R2; with --json the last line is one
 * JSON object. Ends with 0 when everything worked.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { explain } from "../../../src/cli/dev/register-tree.ts";
import { printer } from "../../../src/cli/printer.ts";
import { processShell } from "../../../src/cli/process-shell.ts";
import { bootWorker } from "../../support/local-worker/boot.ts";
import { DemoFailure } from "./answers.ts";
import { readDocuments } from "./documents.ts";
import { createScreen } from "./screen.ts";
import { play, type Story } from "./story.ts";
import { printKeys, printSummary, summaryJson } from "./summary.ts";

const EXAMPLES = fileURLToPath(new URL("../../../docs/examples/", import.meta.url));
const shell = processShell();
const screen = createScreen(shell);
const stderr = printer(shell.stderr);

const shippedDocuments = (): string[] =>
  readdirSync(EXAMPLES)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .sort()
    .map((name) => `${EXAMPLES}${name}`);

async function main(): Promise<boolean> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, keys: { type: "boolean", default: false } },
  });
  const { documents, refused } = await readDocuments(positionals.length > 0 ? positionals : shippedDocuments());
  for (const { path, reason } of refused) screen.bad(`${path} ${reason}`);
  if (documents.length === 0) throw new DemoFailure("there is no document to work on");

  const story = await playOnWorkerd((worker) => play(worker, documents, screen));
  printSummary(story, screen);
  if (values.keys) printKeys(story, screen);
  const failed = [
    ...story.documents.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`])),
    ...refused.map(({ path, reason }) => `${path} ${reason}`),
  ];
  const total = story.documents.length + refused.length;
  screen.line();
  if (failed.length === 0) screen.good(`${total} of ${total} documents done, and everything stopped.`);
  else screen.bad(`${total - failed.length} of ${total} documents done, and everything stopped. Not done:`);
  for (const one of failed) screen.bad(`  ${one}`);
  if (values.json) screen.line(JSON.stringify(summaryJson(story)));
  return failed.length === 0;
}

async function playOnWorkerd(part: (worker: Awaited<ReturnType<typeof bootWorker>>) => Promise<Story>): Promise<Story> {
  const worker = await bootWorker();
  screen.faint(`workerd is up at ${worker.url}`);
  try {
    return await part(worker);
  } catch (thrown) {
    // What the Worker logged is the best clue there is.
    for (const line of worker.output()) await stderr.write(`${line}\n`);
    throw thrown;
  } finally {
    await worker.stop();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (thrown) {
  await stderr.write(`The demo failed: ${explain(thrown)}\n`);
  process.exitCode = 1;
}
const { problem = null } = shell.stdout;
if (problem !== null) {
  await stderr.write(`error: standard output is cut short: ${problem}\n`);
  process.exitCode = 1;
}
