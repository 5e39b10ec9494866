/**
 * Sends generated requests to a running endpoint: npm run fuzz -- [--count N] [--seed S] [--url URL --token-file FILE].
 * Without a URL it starts the Worker on this machine and stops it at the end. Fails on an error that is no declared code,
 * an answer slower than 5 s, a crash, a missing code or correlation id. The last line sums up.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bootWorker } from "../support/local-worker/boot.ts";
import { fuzz } from "./fuzz.ts";
import { reportOf } from "./report.ts";
import type { Target } from "./target.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    url: { type: "string" },
    "token-file": { type: "string" },
  },
});

const fail = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};

function wholeNumber(name: "count" | "seed", least: number): number {
  const number = Number(values[name]);
  return Number.isInteger(number) && number >= least
    ? number
    : fail(`--${name} must be a whole number, ${least} or more`);
}

const [count, seed] = [wholeNumber("count", 1), wholeNumber("seed", 0)];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const tokenOf = (file: string | undefined): string =>
  (file === undefined ? process.env["ONEX_TOKEN"] : readFileSync(file, "utf8"))?.trim() ||
  fail("a server wants a token: set ONEX_TOKEN or give --token-file");

async function run(target: Target): Promise<void> {
  const report = await fuzz({ count, seed, target, say });
  for (const line of reportOf(report)) say(line);
  process.exitCode = report.findings.length === 0 ? 0 : 1;
}

say(`seed ${seed}`);
if (values.url === undefined) {
  const worker = await bootWorker();
  try {
    await run(worker);
  } finally {
    await worker.stop();
  }
} else await run({ url: values.url, token: tokenOf(values["token-file"]) });
