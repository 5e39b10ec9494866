import { Command } from "commander";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { examples, type Settle } from "../command.ts";
import type { Crawl, CrawledArtifact } from "../crawl/crawl.ts";
import type { Registration } from "../crawl/registry.ts";
import type { RegistryDifference } from "../../core/crawl/registry-diff.ts";
import { writeJson } from "../json-output.ts";
import { type Paint, painter } from "../paint.ts";
import { plural } from "../plural.ts";
import { progressOn } from "../progress.ts";
import type { ServerOptions } from "../remote/server-options.ts";
import { EXIT, type Shell, usageFailure } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface Options {
  readonly register?: string;
  readonly check?: string;
  readonly ignoreExtra: boolean;
  readonly tokenFile?: string;
  readonly strictStructure: boolean;
  readonly json: boolean;
}

/** `onex crawl`. */
export function crawlCommand(shell: Shell, settle: Settle): Command {
  return new Command("crawl")
    .summary("find nodes, agents, validators and test modules; register or compare them")
    .description(
      "Walks the roots, reads every metadata block, and lists the nodes, agents, validators and test modules among them with " +
        "what is wrong with each and which identities are claimed twice. Nodes can be registered, or compared with a registry.",
    )
    .argument("<root...>", "folders and files")
    .option("--register <url>", "register the nodes that were found")
    .option("--check <url>", "end with 1 when the registry and the sources disagree")
    .option("--ignore-extra", "with --check, nodes without sources are no disagreement", false)
    .option("--token-file <file>", "file with the token; default ONEX_TOKEN, then .dev.vars for a local server")
    .option("--strict-structure", "hold folders and files to the canonical structure", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex crawl src", "what is there?"],
        ["onex crawl src/nodes --register http://127.0.0.1:8787", "register the nodes"],
        [
          "onex crawl src/nodes --check https://onex.example.com --strict-structure",
          "in CI: is the registry what the sources say?",
        ],
      ),
    )
    .action((roots: string[], options: Options) => settle(() => run(shell, roots, options), options));
}

async function run(shell: Shell, roots: readonly string[], options: Options) {
  if (options.register !== undefined && options.check !== undefined) {
    throw usageFailure("--register and --check exclude each other", "register first, then check");
  }
  const { crawl } = await import("../crawl/crawl.ts");
  const url = options.register ?? options.check;
  const registry = url === undefined ? null : await import("../crawl/registry.ts");
  const client =
    url === undefined ? null : (await import("../remote/server.ts")).serverClient(serverOptions(url, options), shell);
  const progress = progressOn(shell);
  const found = crawl({ roots, cwd: shell.cwd, strictStructure: options.strictStructure }, (count) =>
    progress.show(`${count} files`),
  );
  await progress.end();

  const registrations =
    registry !== null && client !== null && options.register !== undefined
      ? await registry.registerAll(client, found.artifacts)
      : [];
  let differences: readonly RegistryDifference[] = [];
  if (registry !== null && client !== null && options.check !== undefined) {
    const { registryDifferences } = await import("../../core/crawl/registry-diff.ts");
    const sources = found.artifacts.flatMap(({ node }) => (node === null ? [] : [node.definition]));
    const all = registryDifferences(sources, await registry.registeredNodes(client));
    differences = options.ignoreExtra ? all.filter(({ kind }) => kind !== "extra") : all;
  }
  if (options.json) await writeJson(shell.stdout, wire(found, registrations, differences));
  else await shell.stdout.write(report(found, registrations, differences, painter(shell, shell.stdout)));
  const failed =
    found.duplicates.length > 0 ||
    found.artifacts.some(({ problems }) => problems.some(({ severity }) => severity === "error")) ||
    registrations.some(({ outcome }) => outcome === "refused") ||
    differences.length > 0;
  return failed ? EXIT.findings : EXIT.ok;
}

const serverOptions = (url: string, { tokenFile }: Options): ServerOptions => ({
  url,
  ...(tokenFile === undefined ? {} : { tokenFile }),
});

function wire(found: Crawl, registrations: readonly Registration[], differences: readonly RegistryDifference[]) {
  const count = (role: string): number => found.artifacts.filter((one) => one.role === role).length;
  return {
    artifacts: found.artifacts.map(({ role, path, fields, hash, problems, node }) => ({
      role,
      path,
      name: fields["name"] ?? null,
      version: fields["version"] ?? null,
      uuid: fields["uuid"] ?? null,
      namespace: fields["namespace"] ?? null,
      lifecycle: fields["lifecycle"] ?? null,
      entrypoint: fields["entrypoint"] ?? null,
      hash,
      digest: node?.definition.digest ?? null,
      errors: problems.map(({ code, line, message, hint }) => ({ code, line, message, hint })),
    })),
    duplicates: found.duplicates.map(({ kind, value, places, problem }) => ({
      kind,
      value,
      code: problem.code,
      places,
    })),
    registrations,
    differences,
    summary: {
      files: found.files,
      nodes: count("node"),
      agents: count("agent"),
      validators: count("validator"),
      tests: count("test"),
      duplicates: found.duplicates.length,
    },
  };
}

function report(
  { artifacts, duplicates, files }: Crawl,
  registrations: readonly Registration[],
  differences: readonly RegistryDifference[],
  paint: Paint,
): string {
  const outcomes = new Map(registrations.map((one) => [one.node, one]));
  const lines = artifacts.map((artifact) => artifactLines(artifact, outcomes, paint));
  const repeated = duplicates.map(({ problem }) => `${paint("red", problem.code)}  ${oneLine(problem.message)}\n`);
  const differing = differences.map(({ kind, message }) => `${paint("red", kind.padEnd(9))} ${oneLine(message)}\n`);
  const disagreement =
    differences.length === 0 ? "" : `, ${plural(differences.length, "difference")} from the registry`;
  return `${[...lines, ...repeated, ...differing].join("")}${plural(artifacts.length, "artifact")} in ${plural(files, "file")}${disagreement}\n`;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "?");

function artifactLines(
  { role, path, fields, problems, node }: CrawledArtifact,
  outcomes: ReadonlyMap<string, Registration>,
  paint: Paint,
): string {
  const ref = `${textOf(fields["name"])}@${textOf(fields["version"])}`;
  const outcome = node === null ? undefined : outcomes.get(ref);
  const state =
    outcome === undefined ? "" : `  ${paint(outcome.outcome === "refused" ? "red" : "green", outcome.outcome)}`;
  const wrong = problems.map(
    ({ code, line, message }) => `    ${code}${line === null ? "" : ` line ${line}`}  ${oneLine(message)}\n`,
  );
  const refused = outcome?.problems.map((message) => `    ${oneLine(message)}\n`) ?? [];
  return `${role.padEnd(9)} ${oneLine(ref)}  ${paint("dim", oneLine(path))}${state}\n${[...wrong, ...refused].join("")}`;
}
