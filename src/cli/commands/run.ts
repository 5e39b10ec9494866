import { Command } from "commander";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { isObject } from "../../../contracts/json/narrow.ts";
import { examples, type Settle } from "../command.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import type { FileRequest } from "../run/request-file.ts";
import type { Runner } from "../run/runner.ts";
import { secondsOf } from "../run/seconds.ts";
import { CommandFailure, type ExitCode, type Shell, usageFailure } from "../shell.ts";

interface Options extends ServerOptions {
  readonly local: boolean;
  readonly nodes: readonly string[];
  readonly standIns: boolean;
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
      "Runs what a JSON or YAML file asks for: whatever `onex plan` takes (a goal {want, given}, a graph {steps, given}, a node " +
        "{node, input}, an envelope {operation, payload}, a plan, a document of the earlier project), or a run that was " +
        "exported, again. Ends with 0 when the run has succeeded, else with 1. " +
        "With --local everything happens in this process: no server, no disk, the built-in nodes.",
    )
    .argument("<file>", "JSON or YAML; - reads standard input")
    .option("--local", "run here, without a server", false)
    .option("--nodes <path...>", "with --local, folders of further nodes; documents that bring their own", [])
    .option("--stand-ins", "run steps that do nothing in the place of nodes that are not there", false)
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
        ["onex run orchestrator.yaml --local --stand-ins --watch", "in which order does it go?"],
        ["onex run goal.yaml --url https://onex.example.com --json | jq .outputs", "on a server"],
        ["onex run goal.yaml --local --out run.json", "keep what came of it"],
        ["onex run exported.json --local", "an exported run, again"],
      ),
    )
    .action((file: string, options: Options) => settle(() => run(shell, file, options), options));
}

async function run(shell: Shell, file: string, options: Options): Promise<ExitCode> {
  if (options.detach && options.local)
    throw usageFailure("--detach is for servers: a local run ends with this command");
  if (options.tag.includes("")) throw usageFailure("a tag must not be empty", "leave --tag out");
  if (options.out !== undefined && options.detach) throw usageFailure("--out waits for the end, --detach does not");
  if (options.withNodes && options.out === undefined) throw usageFailure("--with-nodes is for --out", "name a file");
  const [{ requestIn, withTags }, { eventsOf, inputsOf }, { chosenRunner }, { begun }, { finish }, { nodeSources }] =
    await Promise.all([
      import("../run/request-file.ts"),
      import("../run/inputs.ts"),
      import("../run/chosen-runner.ts"),
      import("../run/runner.ts"),
      import("../run/finish.ts"),
      import("../plan/stand-ins.ts"),
    ]);
  const { folders, documents } = await nodeSources(options.nodes, shell);
  if (folders.length > 0 && !options.local)
    throw usageFailure("--nodes is for --local", "register them with `onex crawl`");
  if (documents.length > 0 && !options.standIns)
    throw usageFailure(`${documents[0] ?? ""} brings stand-ins only`, "give --stand-ins to use them");
  const events = eventsOf(options.event);
  const inputs = inputsOf(options.input, shell);
  const request = await requestIn(file, inputs, shell);
  if (request.kind === "snapshot" && options.tag.length > 0)
    throw usageFailure("--tag is for new runs: one that is run again keeps its tags", "leave --tag out");
  if (options.out !== undefined) (await import("../run/save-run.ts")).refuseTaken(options.out, shell);
  const runner = await chosenRunner({ ...options, nodes: folders }, shell);
  const asked = await askedFor(request, { ...options, file, inputs, documents }, runner, shell);
  const runId = await begun(shell, async () =>
    asked.kind === "envelope"
      ? hinted(runner.begin(withTags(asked.envelope, options.tag)), request)
      : runner.rerun(await runner.takeIn(asked.snapshot), { given: asked.given }),
  );
  const code = await finish(runner, runId, { ...options, events }, shell);
  const { out, withNodes } = options;
  if (out !== undefined) await (await import("../run/save-run.ts")).saveRun(runner, runId, { out, withNodes }, shell);
  return code;
}

/** What a policy wants may be given by nodes that are nowhere but in the documents beside it. */
async function hinted(begin: Promise<string>, { kind }: FileRequest): Promise<string> {
  try {
    return await begin;
  } catch (thrown) {
    if (kind !== "document" || !(thrown instanceof CommandFailure) || thrown.code !== "PLAN_UNREACHABLE") throw thrown;
    const [message = "", ...list] = thrown.lines;
    const hint = "register nodes that produce it, or give --stand-ins to run steps that do nothing in their place";
    throw new CommandFailure(message, { code: thrown.code, list, hint, cause: thrown });
  }
}

interface Wishes {
  readonly file: string;
  readonly inputs: JsonObject;
  readonly standIns: boolean;
  readonly documents: readonly string[];
}

/** What is sent: documents as the request they stand for, and stand-ins where they are wished. */
async function askedFor(
  request: FileRequest,
  { file, inputs, standIns, documents }: Wishes,
  runner: Runner,
  shell: Shell,
): Promise<Exclude<FileRequest, { readonly kind: "document" }>> {
  if (request.kind !== "document" && !standIns) return request;
  const [{ requestOfDocument, withNodesThere }, { envelopeRequest }] = await Promise.all([
    import("../run/document-envelope.ts"),
    import("../run/request-file.ts"),
  ]);
  const missingOf = (names: readonly string[]): Promise<readonly string[]> => runner.missing(names);
  if (request.kind === "document") {
    const wishes = { path: file, standIns, documents, given: Object.keys(inputs) };
    const { operation, payload } = await requestOfDocument(request.document, wishes, shell);
    const whole = operation === "graph.run" ? await withNodesThere(payload, { missingOf, standIns }, shell) : payload;
    return envelopeRequest({ operation, payload: whole }, file, inputs);
  }
  const { envelope = {} } = request.kind === "envelope" ? request : {};
  const { operation, payload } = envelope;
  if (operation !== "graph.run" || !isObject(payload))
    throw usageFailure("--stand-ins is for graphs and documents of the earlier project", "leave it out");
  return {
    kind: "envelope",
    envelope: { ...envelope, payload: await withNodesThere(payload, { missingOf, standIns }, shell) },
  };
}
