/**
 * Runs a benchmark: node test/bench/main.ts NAME [--json] [--rounds N] [--quick] [--shape S]. Prints a table; with `--json`
 * the last line is one JSON object. Ends with 0 when it could measure, whether or not a target was met, and with 2 when it was called
 * wrongly.
 */
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { renderReport, type Bench } from "./report.ts";

const HERE = new URL("./", import.meta.url);

const available = (): string[] =>
  readdirSync(HERE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/index.ts`, HERE)))
    .map(({ name }) => name)
    .sort();

function refuse(reason: string): never {
  process.stderr.write(
    `${reason}\nusage: npm run bench -- NAME [--json] [--rounds N] [--quick] [--shape S]\navailable: ${available().join(", ")}\n`,
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
if (!available().includes(name)) refuse(`there is no benchmark '${name}'`);
const rounds = values.rounds === undefined ? null : Number(values.rounds);
if (rounds !== null && !(Number.isInteger(rounds) && rounds >= 1)) refuse("--rounds takes a whole number from 1");

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
process.stdout.write(`${renderReport(report)}\n`);
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
