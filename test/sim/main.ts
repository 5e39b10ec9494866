/**
 * Explores simulated worlds: npm run sim -- [--seeds N] [--seed S] [--bug NAME]. Prints the shortest failing trace it can
 * find of the first seeds that break an invariant. Ends with 0 when every invariant held, with 1 when one did not, and
 * with 2 when it was called wrongly.
 */
import { parseArgs } from "node:util";
import type { Bug } from "./bugs/bug.ts";
import { PLANTED } from "./bugs/planted.ts";
import { explore, summaryLine } from "./explore.ts";
import { describeTrace } from "./report.ts";
import { shrink } from "./shrink.ts";

/** More failing seeds than this are counted and not explained. */
const MOST_EXPLAINED = 3;

function refuse(reason: string): never {
  const bugs = PLANTED.map(({ name }) => `  ${name}\n`).join("");
  process.stderr.write(`${reason}\nusage: npm run sim -- [--seeds N] [--seed S] [--bug NAME]\nbugs:\n${bugs}`);
  process.exit(2);
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 1) refuse(`--${name} takes a whole number from 1`);
  return value;
}

function readArguments(): { seeds: number; from: number; bug: Bug | undefined } {
  try {
    const { values } = parseArgs({
      options: { seeds: { type: "string" }, seed: { type: "string" }, bug: { type: "string" } },
    });
    const bug = PLANTED.find(({ name }) => name === values.bug);
    if (values.bug !== undefined && !bug) refuse(`there is no bug "${values.bug}"`);
    return { seeds: whole("seeds", values.seeds, 2_000), from: whole("seed", values.seed, 1), bug };
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : "the arguments cannot be read");
  }
}

const { seeds, from, bug } = readArguments();
const planted = bug ? { bug } : {};
const exploration = await explore({ ...planted, from, seeds });
for (const { seed, outcome } of exploration.violations.slice(0, MOST_EXPLAINED)) {
  const [first] = outcome.findings;
  if (!first) continue;
  const trace = await shrink(seed, first.invariant, outcome.deviations, bug);
  process.stdout.write(`${describeTrace(trace)}\n\n`);
}
process.stdout.write(`${summaryLine(exploration)}\n`);
process.exitCode = exploration.violations.length > 0 ? 1 : 0;
