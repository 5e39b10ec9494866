import { resolve } from "node:path";
import { Command } from "commander";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { examples, type Settle } from "../command.ts";
import { isThere } from "../files/walk.ts";
import { writeJson } from "../json-output.ts";
import { oneLine } from "../printer.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";

interface Options extends ServerOptions {
  readonly local: boolean;
  readonly out?: string;
  readonly text: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

/** `onex runs value`. */
export function valueCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("value"))
    .summary("read a value of a run")
    .description(
      "The JSON of a value that a step gave, or that the run was given, whatever its size. The step is its id; `given`, or - " +
        "where a step is called given, stands for the given values.",
    )
    .argument("<run>", "the run's id, or the file of an exported run")
    .argument("<step>", "the step's id, or given")
    .argument("<key>", "the contract key")
    .option("--local", "read a file here, without a server", false)
    .option("--out <file>", "write it to a file instead")
    .option("--text", "with --out, the text itself, of a value that is a text", false)
    .option("--force", "replace a file that exists", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runs value ID metadata_report metadata.report", "what did the step give?"],
        ["onex runs value ID given document.text --out document.md --text", "what was it given, as a file?"],
        ["onex runs value run.json summarize document.summary --local", "of an exported run"],
      ),
    )
    .action((run: string, step: string, key: string, options: Options) =>
      settle(() => read(shell, { run, step, key }, options), options),
    );
}

interface Place {
  readonly run: string;
  readonly step: string;
  readonly key: string;
}

async function read(shell: Shell, { run, step, key }: Place, options: Options): Promise<ExitCode> {
  const isFile = isThere(resolve(shell.cwd, run));
  if (options.local && !isFile)
    throw usageFailure("--local reads the file of an exported run", "write one with `onex runs export`");
  if (options.text && options.out === undefined) throw usageFailure("--text is for --out", "name a file");
  const [{ chosenRunner }, { snapshotIn }] = await Promise.all([
    import("../run/chosen-runner.ts"),
    import("../run/request-file.ts"),
  ]);
  // A file is read here: there is no need to send it anywhere.
  const runner = await chosenRunner({ ...options, local: isFile, nodes: [] }, shell);
  const id = isFile ? await runner.takeIn(await snapshotIn(run, shell)) : run;
  const value = await runner.value(id, step, key);
  if (options.out === undefined) await writeJson(shell.stdout, value);
  else await save(shell, options.out, contentOf(value, options), options);
  return EXIT.ok;
}

function contentOf(value: JsonValue, { text }: Options): string {
  if (!text) return JSON.stringify(value);
  if (typeof value === "string") return value;
  throw usageFailure("the value is no text", "leave --text out");
}

async function save(shell: Shell, file: string, content: string, { force, json }: Options): Promise<void> {
  const { rootFor, refuseLinks, writeFileWhole } = await import("../files/write-file.ts");
  const path = resolve(shell.cwd, file);
  const root = rootFor(file, shell.cwd);
  refuseLinks(path, root);
  if (!force && isThere(path)) throw usageFailure(`${file} exists`, "give --force to replace it");
  writeFileWhole(path, content, { root });
  if (json) await writeJson(shell.stdout, { file, bytes: Buffer.byteLength(content) });
  else await shell.stderr.write(`wrote ${oneLine(file)}\n`);
}
