import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { parseJson, textAt } from "../../../contracts/json/narrow.ts";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { oneLine } from "../printer.ts";
import { EXIT, type Shell } from "../shell.ts";

interface Options {
  readonly name?: string;
  readonly author?: string;
  readonly json: boolean;
}

/** What a project is developed with: the versions this release was tried with. */
const TOOLS = { "@types/node": "22.19.1", node: "22.23.3", typescript: "6.0.3", wrangler: "4.155.0" };
const COMPATIBILITY_DATE = "2026-07-15";

/** `onex init`. */
export function initCommand(shell: Shell, settle: Settle): Command {
  return new Command("init")
    .summary("write a project of your own")
    .description(
      "Writes a project: a Worker with two nodes in TypeScript, a node in Python, tests, and a wrangler.toml with " +
        "everything that is bound. All of it is written or nothing. A folder with anything in it is left as it is.",
    )
    .argument("<folder>", "a new folder, or an empty one, below this one")
    .option("--name <name>", "the project's name; default the folder's")
    .option("--author <name>", "default ONEX_AUTHOR, then git's user.name")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex init my-nodes", "then: cd my-nodes && npm install && npm test"]))
    .action((folder: string, options: Options) => settle(() => run(shell, folder, options), options));
}

async function run(shell: Shell, folder: string, { name, author, json }: Options) {
  const [{ initProject }, { textOfFile }] = await Promise.all([
    import("../init/init-project.ts"),
    import("../files/read-file.ts"),
  ]);
  const project = textOfFile(fileURLToPath(new URL("../../../package.json", import.meta.url)), "/");
  const { path, files, ...made } = initProject({
    ...{ folder, name, cwd: shell.cwd, tools: TOOLS, compatibilityDate: COMPATIBILITY_DATE },
    version: textAt(parseJson(project), "version"),
    author: authorOf(shell, author),
    uuid: shell.uuid(),
    now: shell.now().toISOString(),
  });
  const shown = relative(shell.cwd, path);
  if (json) {
    await writeJson(shell.stdout, { name: made.name, path: shown, files: [...files] });
    return EXIT.ok;
  }
  const paint = painter(shell, shell.stdout);
  const lines = files.map((file) => `${paint("green", "wrote")}  ${oneLine(`${shown}/${file}`)}`);
  const next = [
    "",
    `cd ${oneLine(shown)} && npm install && npm test`,
    "npm run dev serves it; README.md says more",
    "",
  ];
  await shell.stdout.write([...lines, ...next].join("\n"));
  return EXIT.ok;
}
