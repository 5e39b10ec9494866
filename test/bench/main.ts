/**
 * Runs a benchmark: node test/bench/main.ts NAME [--json] [--rounds N] [--quick] [--shape S]. Prints a table; with `--json`
 * the last line is one JSON object. NAME `all` runs every one of them, each in a process of its own. Ends with 1 when a
 * target was missed and `reasons.json` does not say why, and with 2 when it was called wrongly. What `--quick` finds is no
 * measurement, and misses nothing.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { REASONS, unexplained, withReasons } from "./reasons.ts";
import { renderReport, type Bench } from "./report.ts";

const HERE = new URL("./", import.meta.url);

const available = (): string[] =>
  readdirSync(HERE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/index.ts`, HERE)))
    .map(({ name }) => name)
    .sort();

function refuse(reason: string): never {
  process.stderr.write(
    `${reason}\nusage: npm run bench -- NAME [--json] [--rounds N] [--quick] [--shape S]\navailable: ${available().join(", ")}, all\n`,
  );
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
        shape: { type: "string" },
      },
    });
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : "the arguments cannot be read");
  }
}

const { positionals, values } = readArguments();
const [name, ...rest] = positionals;
if (name === undefined) refuse("name a benchmark");
if (rest.length > 0) refuse(`one benchmark at a time, not also ${rest.join(", ")}`);
if (name !== "all" && !available().includes(name)) refuse(`there is no benchmark '${name}'`);
const rounds = values.rounds === undefined ? null : Number(values.rounds);
if (rounds !== null && !(Number.isInteger(rounds) && rounds >= 1)) refuse("--rounds takes a whole number from 1");

if (name === "all") process.exit(runAll(process.argv.slice(2).filter((argument) => argument !== name)));

const { run } = (await import(new URL(`${name}/index.ts`, HERE).href)) as { run: Bench };
const report = await run({
  json: values.json,
  rounds,
  quick: values.quick,
  shape: values.shape ?? null,
  log: (line) => void process.stderr.write(`${line}\n`),
}).catch((thrown: unknown) => {
  if (thrown instanceof RangeError) return refuse(thrown.message);
  throw thrown;
});
const explained = withReasons(report, REASONS);
process.stdout.write(`${renderReport(explained)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(explained)}\n`);
const missed = values.quick ? [] : unexplained(explained);
for (const { name: target } of missed)
  process.stderr.write(`missed: ${target}; mend it, or write the reason into test/bench/reasons.json\n`);
if (missed.length > 0) process.exitCode = 1;

/** One after the other, so that none disturbs another's figures; the worst of their exit codes. */
function runAll(options: readonly string[]): number {
  let worst = 0;
  for (const bench of available()) {
    const { status } = spawnSync(process.execPath, [process.argv[1] ?? "", bench, ...options], { stdio: "inherit" });
    if (status !== 0) process.stderr.write(`bench ${bench} ended with ${status ?? "a signal"}\n`);
    worst = Math.max(worst, status ?? 1);
  }
  return worst;
}
