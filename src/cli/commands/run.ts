import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { secondsOf } from "../run/seconds.ts";
import { type ExitCode, type Shell, usageFailure } from "../shell.ts";

interface Options extends ServerOptions {
  readonly local: boolean;
  readonly nodes: readonly string[];
  readonly input: readonly string[];
  readonly event: readonly string[];
  readonly approve: readonly string[];
  readonly tag: readonly string[];
  readonly out?: string;
  readonly withNodes: boolean;
  readonly watch: boolean;
  readonly detach: boolean;
  readonly timeout: number;
  readonly json: boolean;
}

/** `onex run`. */
export function runCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("run")
    .summary("run a goal, a graph, a node or an exported run")
    .description(
      "Runs what a JSON or YAML file asks for: an envelope {operation, payload}, a goal {want, given}, a graph {steps, given}, " +
        "one node {node, input}, or a run that was exported, again. Ends with 0 when the run has succeeded, else with 1. " +
        "With --local everything happens in this process: no server, no disk, the built-in nodes.",
    )
    .argument("<file>", "JSON or YAML; - reads standard input")
    .option("--local", "run here, without a server", false)
    .option("--nodes <folder...>", "with --local, folders of further nodes", [])
    .option("--input <key=value...>", "given values; the value is JSON, text, or @file", [])
    .option("--event <name=value...>", "events the run will wait for", [])
    .option("--approve <step...>", "steps to approve when they wait for it", [])
    .option("--tag <tag...>", "tags of the run, to find it by", [])
    .option("--out <file>", "when it has ended, write it to a file that `onex runs import` takes")
    .option("--with-nodes", "with --out, the nodes it names too, but built-in ones", false)
    .option("--watch", "show every step as it goes", false)
    .option("--detach", "print the run's id and do not wait", false)
    .option("--timeout <seconds>", "how long to wait for the end", secondsOf, 300)
    .option("--json", "print the execution result as one JSON document", false);
  return withServer(command)
    .addHelpText(
      "after",
      examples(
        ["onex run goal.yaml --local --watch", "try a goal here"],
        ["onex run goal.yaml --local --input document.text=@README.md", "with a file's text as a value"],
        ["onex run graph.json --local --nodes my-nodes", "with nodes of your own"],
        ["onex run goal.yaml --url https://onex.example.com --json | jq .outputs", "on a server"],
        ["onex run goal.yaml --local --out run.json", "keep what came of it"],
        ["onex run exported.json --local", "an exported run, again"],
      ),
    )
    .action((file: string, options: Options) => settle(() => run(shell, file, options), options));
}

async function run(shell: Shell, file: string, options: Options): Promise<ExitCode> {
  if (options.nodes.length > 0 && !options.local)
    throw usageFailure("--nodes is for --local", "register them with `onex crawl`");
  if (options.detach && options.local)
    throw usageFailure("--detach is for servers: a local run ends with this command");
  if (options.tag.includes("")) throw usageFailure("a tag must not be empty", "leave --tag out");
  if (options.out !== undefined && options.detach) throw usageFailure("--out waits for the end, --detach does not");
  if (options.withNodes && options.out === undefined) throw usageFailure("--with-nodes is for --out", "name a file");
  const [{ requestIn, withTags }, { eventsOf, inputsOf }, { chosenRunner }, { begun }, { finish }] = await Promise.all([
    import("../run/request-file.ts"),
    import("../run/inputs.ts"),
    import("../run/chosen-runner.ts"),
    import("../run/runner.ts"),
    import("../run/finish.ts"),
  ]);
  const events = eventsOf(options.event);
  const request = await requestIn(file, inputsOf(options.input, shell), shell);
  if (request.kind === "snapshot" && options.tag.length > 0)
    throw usageFailure("--tag is for new runs: one that is run again keeps its tags", "leave --tag out");
  if (options.out !== undefined) (await import("../run/save-run.ts")).refuseTaken(options.out, shell);
  const runner = await chosenRunner(options, shell);
  const runId = await begun(shell, async () =>
    request.kind === "envelope"
      ? runner.begin(withTags(request.envelope, options.tag))
      : runner.rerun(await runner.takeIn(request.snapshot), { given: request.given }),
  );
  const code = await finish(runner, runId, { ...options, events }, shell);
  const { out, withNodes } = options;
  if (out !== undefined) await (await import("../run/save-run.ts")).saveRun(runner, runId, { out, withNodes }, shell);
  return code;
}
