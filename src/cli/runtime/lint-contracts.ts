import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { HOST_NODES } from "../../../contracts/generated/runtime-contracts.ts";
import { problemJson, problemText, type ContractProblem } from "../../core/runtime-contract/problem.ts";
import { readRuntimeContract } from "../../core/runtime-contract/read.ts";
import { textOfFile } from "../files/read-file.ts";
import { writeJson } from "../json-output.ts";
import { plural } from "../plural.ts";
import { CommandFailure, EXIT, type ExitCode, type Shell } from "../shell.ts";

export interface LintOptions {
  readonly environment?: string;
  readonly json: boolean;
}

/** A contract to be read, and the environment it must hold in. */
interface Asked {
  readonly file: string;
  readonly environment: string;
}

const CONTRACT = /^runtime(?:\.([a-z0-9_-]+))?\.yaml$/;
/** What a contract for all environments must hold in: the strictest. */
const ANY = "production";

/** Exit code 1 when anything is wrong with any of them. */
export async function lintContracts(files: readonly string[], options: LintOptions, shell: Shell): Promise<ExitCode> {
  const asked =
    files.length > 0 ? files.map((file) => askedOf(file, options.environment)) : found(options.environment, shell);
  const problems = asked.flatMap(({ file, environment }): readonly ContractProblem[] => {
    const read = readRuntimeContract(textOfFile(file, shell.cwd), file, {
      environment,
      nodes: HOST_NODES,
      databases: null,
    });
    return read.ok ? [] : read.error;
  });
  if (options.json) {
    await writeJson(shell.stdout, { files: asked, problems: problems.map(problemJson) });
  } else if (problems.length > 0) {
    await shell.stdout.write(`${problems.map(problemText).join("\n")}\n`);
  } else {
    const said = asked.map(({ file, environment }) => `${file}: would start in ${environment}`);
    await shell.stdout.write(`${said.join("\n")}\n`);
  }
  if (problems.length > 0)
    await shell.stderr.write(`${plural(problems.length, "problem")}: such a host does not start\n`);
  return problems.length > 0 ? EXIT.findings : EXIT.ok;
}

const askedOf = (file: string, environment: string | undefined): Asked => ({
  file,
  environment: environment ?? CONTRACT.exec(basename(file))?.[1] ?? ANY,
});

/** The contracts of the folder; of those for an environment that is named, the one it starts from. */
function found(environment: string | undefined, { cwd }: Shell): readonly Asked[] {
  const names = namesIn(join(cwd, "contracts"));
  if (names.length === 0)
    throw new CommandFailure("there is no contracts/runtime.yaml here", {
      hint: "name a file, or go to the project's folder",
    });
  if (environment === undefined) return names.map((name) => askedOf(`contracts/${name}`, undefined));
  const own = `runtime.${environment}.yaml`;
  const name = names.includes(own) ? own : "runtime.yaml";
  if (!names.includes(name))
    throw new CommandFailure(`there is no contract for ${environment}`, {
      hint: `write contracts/${own}, or contracts/runtime.yaml`,
    });
  return [{ file: `contracts/${name}`, environment }];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => CONTRACT.test(name))
      .sort();
  } catch {
    return [];
  }
}
