import { isObject } from "../../../contracts/json/narrow.ts";
import { Command, InvalidArgumentError } from "commander";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { examples, type Settle } from "../command.ts";
import { unlessStopped } from "../interruption.ts";
import { writeJson } from "../json-output.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";
import { jsonOrText } from "../run/json-or-text.ts";
import { pageText } from "./page-text.ts";

interface Options extends ServerOptions {
  readonly node?: string;
  readonly want: readonly string[];
  readonly input: readonly (readonly [string, JsonValue])[];
  readonly inputs?: JsonObject;
  readonly tag: readonly string[];
  readonly minTrust?: number;
  readonly key?: string;
  readonly id?: string;
  readonly wait: number;
  readonly json: boolean;
}

/** `onex trigger send`. */
export function sendCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("send"))
    .summary("send a bus message to a group")
    .description(
      "Puts a message on the triggers queue and waits for the answer: to a node of the group, to whoever produces what is " +
        "wanted, or to every node of the group that can do with what it brings. Ends with 1 when something failed.",
    )
    .argument("<group>", "the group, as node.exec.request.<group> ends")
    .option("--node <name>", "the node to execute")
    .option("--want <key>", "a contract key to produce; may be repeated", collect, [])
    .option("--input <key=value>", "a value by its contract key: JSON, or else text; may be repeated", pair, [])
    .option("--inputs <json>", "the values as one JSON object", object)
    .option("--tag <tag>", "only nodes that carry it; may be repeated", collect, [])
    .option("--min-trust <score>", "only nodes trusted this much, 0 to 1", fraction)
    .option("--key <key>", "two messages of a group with the same key are one")
    .option("--id <uuid>", "the trigger's id")
    .option("--wait <seconds>", "how long to wait for the answer, 0 not at all", seconds, 10)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex trigger send reports --input document.text='# Hello'", "whoever can do with a text"],
        ["onex trigger send reports --node summarize --input document.text=Hello", "one node"],
        ['onex trigger send reports --want metadata.report --inputs \'{"document.text": "Hello"}\'', "a goal"],
      ),
    )
    .action((group: string, options: Options) => settle(() => send(shell, group, options), options));
}

async function send(shell: Shell, group: string, options: Options): Promise<ExitCode> {
  const { node, want, tag, minTrust, key, id } = options;
  if (node !== undefined && want.length > 0) throw usageFailure("name a node, or what is wanted", "one of the two");
  const { asking, serverClient } = await import("../remote/server.ts");
  const { triggers } = serverClient(options, shell);
  const sent = await asking(() =>
    triggers.send({
      group,
      input: { ...options.inputs, ...Object.fromEntries(options.input) },
      ...(node === undefined ? {} : { node }),
      ...(want.length === 0 ? {} : { want: [...want] }),
      ...(tag.length === 0 ? {} : { tags: [...tag] }),
      ...(minTrust === undefined ? {} : { min_trust: minTrust }),
      ...(key === undefined ? {} : { idempotent_key: key }),
      ...(id === undefined ? {} : { trigger_id: id }),
    }),
  );
  const notice = () => ({
    message: `trigger ${sent.trigger_id} goes on without this command`,
    hint: `look at it with \`onex trigger show ${sent.trigger_id}\``,
  });
  const page =
    options.wait === 0
      ? null
      : await unlessStopped(shell, notice, () => asking(() => triggers.wait(sent.trigger_id, options.wait * 1_000)));
  if (options.json) await writeJson(shell.stdout, page ?? sent);
  else await shell.stdout.write(page ? pageText(page) : `sent trigger ${sent.trigger_id}\n`);
  const failed =
    page !== null &&
    (page.status === "refused" ||
      page.runs.some(({ result, error }) => error !== null || (result !== null && result.status !== "success")));
  return failed ? EXIT.findings : EXIT.ok;
}

const collect = (text: string, known: readonly string[]): readonly string[] => [...known, text];

function pair(
  text: string,
  known: readonly (readonly [string, JsonValue])[],
): readonly (readonly [string, JsonValue])[] {
  const at = text.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("It takes key=value.");
  return [...known, [text.slice(0, at), jsonOrText(text.slice(at + 1))]];
}

function object(text: string): JsonObject {
  const value = jsonOrText(text);
  if (isObject(value)) return value;
  throw new InvalidArgumentError("It takes a JSON object.");
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It takes a number from 0 to 1.");
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 3_600) return value;
  throw new InvalidArgumentError("It takes seconds, at most 3600.");
}
