import { resolve } from "node:path";
import { Command } from "commander";
import type { ReplayReport } from "../../../contracts/api/run-control.ts";
import { examples, type Settle } from "../command.ts";
import { isThere } from "../files/walk.ts";
import { writeJson } from "../json-output.ts";
import { type Paint, painter } from "../paint.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { secondsOf } from "../run/seconds.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface RerunOptions extends ServerOptions {
  readonly from?: string;
  readonly downstream: boolean;
  readonly input: readonly string[];
  readonly set: readonly string[];
  readonly setVersion: readonly string[];
  readonly mutate?: string;
  readonly plan?: string;
  readonly chains: boolean;
  readonly key?: string;
  readonly watch: boolean;
  readonly detach: boolean;
  readonly timeout: number;
  readonly json: boolean;
}

interface ReplayOptions extends ServerOptions {
  readonly local: boolean;
  readonly nodes: readonly string[];
  readonly json: boolean;
}

interface ExportOptions extends ServerOptions {
  readonly out?: string;
  readonly withNodes: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

/** The subcommands of `onex runs` that make something of an ended run. */
export function copyCommands(shell: Shell, settle: Settle): readonly Command[] {
  const rerun = withServer(new Command("rerun"))
    .summary("run an ended run again")
    .description(
      "Begins a new run with the same plan, or a changed one, and waits for its end. With --from, steps that succeeded keep " +
        "their values, except that step, whatever is planned differently, what depends on those and whatever reads a " +
        "changed value. A changed plan is checked as a new one is, with the nodes the server has now.",
    )
    .argument("<run>", "the run's id")
    .option("--from <step>", "the step to execute anew; all when left out")
    .option("--no-downstream", "with --from, leave what depends on it as it was")
    .option("--input <key=value...>", "given values that replace the original ones", [])
    .option("--set <step.key=value...>", "what a step is taken to have given; JSON, text, or @file", [])
    .option("--set-version <step=range...>", "run another version of a step, or of all steps of a node", [])
    .option("--mutate <file>", "apply a list of mutations to the plan")
    .option("--plan <file>", "run this plan or graph instead")
    .option("--chains", "send again what the run sent at its end, when the new one ends", false)
    .option("--key <key>", "reruns with the same key are one")
    .option("--watch", "show every step as it goes", false)
    .option("--detach", "print the new run's id and do not wait", false)
    .option("--timeout <seconds>", "how long to wait for the end", secondsOf, 300)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runs rerun ID", "everything again"],
        ["onex runs rerun ID --from summarize --input document.text=@fixed.md", "from a step, with a corrected input"],
        ["onex runs rerun ID --set extract.document.fields=@fields.json", "with another value in between"],
        ["onex runs rerun ID --from summarize --set-version summarize=1.2.0", "with a corrected node"],
        ["onex runs rerun ID --mutate changes.json", "with a changed plan"],
        ["onex runs rerun ID --chains", "and whatever follows it, too"],
      ),
    )
    .action((id: string, options: RerunOptions) => settle(() => runAgain(shell, id, options), options));

  const replay = withServer(new Command("replay"))
    .summary("execute an ended run again from its record and compare every hash")
    .description(
      "Effects and waits are not repeated, and nothing is written. Ends with 1 when anything differs or is gone.",
    )
    .argument("<run>", "a run's id, or the file of an exported run")
    .option("--local", "replay a file here, without a server", false)
    .option("--nodes <folder...>", "with --local, folders of further nodes", [])
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runs replay ID", "does it still come out the same?"],
        ["onex runs replay run.json --local", "and here?"],
      ),
    )
    .action((run: string, options: ReplayOptions) => settle(() => replayRun(shell, run, options), options));

  const save = withServer(new Command("export"))
    .summary("write an ended run to a file")
    .description(
      "The file holds plan, values, outcomes and signals, sealed by a hash. Without --out it goes to standard output, as " +
        "one JSON document; with --out, --json tells there what was written.",
    )
    .argument("<run>", "the run's id")
    .option("--out <file>", "where to write it")
    .option("--with-nodes", "with the nodes it names, but built-in ones", false)
    .option("--force", "replace a file that exists", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runs export ID --out run.json", "keep it"],
        ["onex runs export ID --with-nodes --out run.json", "and replay it where its nodes are not registered"],
      ),
    )
    .action((id: string, options: ExportOptions) => settle(() => exportRun(shell, id, options), options));

  const takeIn = withServer(new Command("import"))
    .summary("take an exported run in")
    .description(
      "Adds the run under its own id; one that is there already stays as it is. An edited file is refused. Nodes that " +
        "come with it are registered as drafts.",
    )
    .argument("<file>", "an exported run; - reads standard input")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex runs import run.json --url https://onex.example.com", "move it there"]))
    .action((file: string, options: ServerOptions & { readonly json: boolean }) =>
      settle(() => importRun(shell, file, options), options),
    );
  return [rerun, replay, save, takeIn];
}

async function runAgain(shell: Shell, id: string, options: RerunOptions): Promise<ExitCode> {
  const [{ inputsOf, setsOf }, { revisionOf }, { remoteRunner }, { begun }, { finish }, { serverClient }] =
    await Promise.all([
      import("../run/inputs.ts"),
      import("./revision.ts"),
      import("../run/remote-runner.ts"),
      import("../run/runner.ts"),
      import("../run/finish.ts"),
      import("../remote/server.ts"),
    ]);
  const given = inputsOf(options.input, shell);
  const values = setsOf(options.set, shell);
  const revision = await revisionOf(options, shell);
  const runner = remoteRunner(serverClient(options, shell));
  const { from, downstream, chains, key } = options;
  const request = { ...(from === undefined ? {} : { from }), downstream, given, values, chains, ...revision };
  const again = await begun(shell, () => runner.rerun(id, request, key === undefined ? {} : { idempotencyKey: key }));
  return finish(runner, again, { ...options, events: [], approve: [] }, shell);
}

async function replayRun(shell: Shell, run: string, options: ReplayOptions): Promise<ExitCode> {
  const isFile = isThere(resolve(shell.cwd, run));
  if (options.local && !isFile)
    throw usageFailure("--local replays the file of an exported run", "write one with `onex runs export`");
  const [{ chosenRunner }, { snapshotIn }] = await Promise.all([
    import("../run/chosen-runner.ts"),
    import("../run/request-file.ts"),
  ]);
  const snapshot = isFile ? await snapshotIn(run, shell) : null;
  const runner = await chosenRunner(options, shell);
  const report = await runner.replay(snapshot === null ? run : await runner.takeIn(snapshot));
  await (options.json
    ? writeJson(shell.stdout, report)
    : shell.stdout.write(replayText(report, painter(shell, shell.stdout))));
  return report.identical ? EXIT.ok : EXIT.findings;
}

function replayText({ run_id: id, identical, steps, ...counts }: ReplayReport, paint: Paint): string {
  const lines = steps.map(({ step, node, version, verdict }) => {
    const colour = verdict === "matches" ? "green" : verdict === "not_repeated" ? "dim" : "red";
    return `  ${oneLine(`${step.padEnd(20)}  ${`${node}@${version}`.padEnd(24)}`)}  ${paint(colour, verdict.replace("_", " "))}\n`;
  });
  const verdict = identical ? paint("green", "identical") : paint("red", "not identical");
  const { matches, differs, gone, not_repeated: skipped } = counts;
  return `run ${id} is ${verdict}: ${matches} match, ${differs} differ, ${gone} gone, ${skipped} not repeated\n${lines.join("")}`;
}

async function exportRun(shell: Shell, id: string, options: ExportOptions): Promise<ExitCode> {
  const path = options.out === undefined ? null : resolve(shell.cwd, options.out);
  const { rootFor, refuseLinks, writeFileWhole } = await import("../files/write-file.ts");
  const root = rootFor(options.out ?? ".", shell.cwd);
  if (path !== null) refuseLinks(path, root);
  if (path !== null && !options.force && isThere(path))
    throw usageFailure(`${options.out} exists`, "give --force to replace it");
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const snapshot = await asking(() => client.runs.export(id, { withNodes: options.withNodes }));
  if (path === null) await writeJson(shell.stdout, snapshot);
  else {
    writeFileWhole(path, `${JSON.stringify(snapshot)}\n`, { root });
    if (options.json) await writeJson(shell.stdout, { run_id: id, file: options.out, sha256: snapshot.sha256 });
    else await shell.stderr.write(`wrote ${oneLine(options.out ?? "")}\n`);
  }
  return EXIT.ok;
}

async function importRun(
  shell: Shell,
  file: string,
  options: ServerOptions & { readonly json: boolean },
): Promise<ExitCode> {
  const [{ snapshotIn }, { asking, serverClient }] = await Promise.all([
    import("../run/request-file.ts"),
    import("../remote/server.ts"),
  ]);
  const snapshot = await snapshotIn(file, shell);
  const client = serverClient(options, shell);
  const { run_id: id, status } = await asking(() => client.runs.import(snapshot));
  await (options.json
    ? writeJson(shell.stdout, { run_id: id, status })
    : shell.stdout.write(`run ${id} is here; it has ${status}\n`));
  return EXIT.ok;
}
