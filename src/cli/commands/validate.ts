import { Command, InvalidArgumentError, Option } from "commander";
import type { Profile } from "../../core/metadata/profile.ts";
import { DEFAULT_FAIL_ON, FAILURE_KINDS, type FailureKind, parseFailOn } from "../../core/scan/fail-on.ts";
import { examples, type Settle } from "../command.ts";
import { openJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type Shell } from "../shell.ts";
import { fileReport, summaryReport } from "../validate/report.ts";

interface Options {
  readonly profile: keyof typeof PROFILES;
  readonly failOn: readonly FailureKind[];
  readonly require: readonly string[];
  readonly ignore: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
}

const PROFILES = {
  canonical: ["canonical"],
  permissive: ["permissive"],
  both: ["canonical", "permissive"],
} as const satisfies Record<string, readonly Profile[]>;

/** `onex validate`. */
export function validateCommand(shell: Shell, settle: Settle): Command {
  const kinds = Object.entries(FAILURE_KINDS).map(([kind, meaning]) => `  ${kind.padEnd(13)} ${meaning}`);
  return new Command("validate")
    .summary("judge the metadata of files and folders")
    .description(
      "Reads the metadata of every file at and below the paths and tells, each by itself: its dialect, whether its hash is " +
        "that of the content, whether it is valid, its lifecycle, and whether what it points at is there, its identity is " +
        "its own, and an index is true of its folder.",
    )
    .argument(
      "<path...>",
      "files and folders; what .onexignore and, in a git working tree, .gitignore name is left out",
    )
    .addOption(
      new Option(
        "--profile <profile>",
        "what metadata is held to; with both, older dialects answer for permissive alone",
      )
        .choices(Object.keys(PROFILES))
        .default("both"),
    )
    .addOption(
      new Option("--fail-on <list>", "what makes the command end with 1: none, or some of the list below")
        .argParser(failOnOf)
        .default(DEFAULT_FAIL_ON, DEFAULT_FAIL_ON.join(",")),
    )
    .option("--require <pattern...>", "files that must carry metadata, besides those .onexrequire names", [])
    .option("--no-ignore", "look at ignored files too")
    .option("--verbose", "tell warnings too", false)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", `\nWhat --fail-on takes:\n${kinds.join("\n")}`)
    .addHelpText(
      "after",
      examples(
        ["onex validate .", "everything here"],
        ["onex validate docs src/nodes --profile canonical", "two folders, strictly"],
        ["onex validate . --fail-on mismatch,duplicates", "only what was tampered with or copied"],
        ["onex validate . --json | jq '.files[] | select(.hash == \"mismatch\") | .path'", "paths of edited files"],
      ),
    )
    .action((paths: string[], options: Options) => settle(() => run(shell, paths, options), options));
}

function failOnOf(text: string): readonly FailureKind[] {
  const list = parseFailOn(text);
  if (!list.ok) throw new InvalidArgumentError(list.error);
  return list.value;
}

async function run(shell: Shell, paths: readonly string[], options: Options) {
  const { validate } = await import("../validate/validate.ts");
  const paint = painter(shell, shell.stdout);
  const document = options.json ? openJson(shell.stdout, "files") : null;
  const request = {
    paths,
    profiles: PROFILES[options.profile],
    failOn: options.failOn,
    required: options.require,
    ignore: options.ignore,
  };
  const summary = await validate(shell, request, (verdict, failures) =>
    document === null
      ? shell.stdout.write(fileReport(verdict, failures, options.verbose, paint))
      : document.item(verdict),
  );
  await (document === null ? shell.stdout.write(summaryReport(summary, paint)) : document.end({ summary }));
  return summary.failed > 0 ? EXIT.findings : EXIT.ok;
}
