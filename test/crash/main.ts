/**
 * Kills the real Worker in the middle of runs: npm run crash -- [--runs N] [--kills K] [--seed S] [--keep]. Prints every
 * promise that was broken; the last line sums up. Exits with 1 when there was one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crash } from "./crash.ts";
import { reportOf } from "./report.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    keep: { type: "boolean", default: false },
  },
});

function wholeNumber(name: "runs" | "kills" | "seed", least: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least) return number;
  process.stderr.write(`--${name} must be a whole number, ${least} or more\n`);
  process.exit(2);
}

const [runs, kills, seed] = [wholeNumber("runs", 1), wholeNumber("kills", 0), wholeNumber("seed", 0)];
const persist = await mkdtemp(join(tmpdir(), "onex-crash-"));
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(`seed ${seed}`);
try {
  const report = await crash({ runs, kills, seed, persist, say });
  for (const line of reportOf(report, { runs, kills })) say(line);
  process.exitCode = report.findings.list.length === 0 ? 0 : 1;
} finally {
  if (values.keep) say(`the data is in ${persist}`);
  else await rm(persist, { recursive: true, force: true, maxRetries: 5 });
}
