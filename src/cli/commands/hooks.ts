import { relative } from "node:path";
import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type Shell } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface JsonOption {
  readonly json: boolean;
}

/** `onex hooks`. */
export function hooksCommand(shell: Shell, settle: Settle): Command {
  const tell = async (options: JsonOption, path: string, outcome: string) => {
    const shown = relative(shell.cwd, path) || path;
    await (options.json
      ? writeJson(shell.stdout, { path: shown, outcome })
      : shell.stdout.write(`${oneLine(shown)}: ${outcome}\n`));
    return EXIT.ok;
  };
  const install = new Command("install")
    .summary("install the pre-commit hook")
    .description(
      "Installs a git hook that stamps and validates what is committed. A hook of another kind is left as it is.",
    )
    .option("--force", "replace a hook of another kind; it is kept as pre-commit.before-onex", false)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex hooks install", "once a clone or worktree"]))
    .action((options: JsonOption & { readonly force: boolean }) =>
      settle(async () => {
        const { installHook } = await import("../hooks/hook-file.ts");
        const { path, outcome } = installHook(shell.cwd, options.force);
        return tell(options, path, outcome);
      }, options),
    );
  const uninstall = new Command("uninstall")
    .summary("remove the pre-commit hook")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex hooks uninstall", "and put back the hook it replaced"]))
    .action((options: JsonOption) =>
      settle(async () => {
        const { uninstallHook } = await import("../hooks/hook-file.ts");
        const { path, outcome } = uninstallHook(shell.cwd);
        return tell(options, path, outcome);
      }, options),
    );
  const run = new Command("run")
    .summary("do what the hook does: stamp and validate what is staged")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex hooks run", "from a hook of your own"]))
    .action((options: JsonOption) => settle(() => runStaged(shell, options), options));
  return new Command("hooks")
    .summary("stamp and validate what is committed")
    .addCommand(install)
    .addCommand(uninstall)
    .addCommand(run);
}

async function runStaged(shell: Shell, options: JsonOption) {
  const [{ runHook }, { fileReport }] = await Promise.all([
    import("../hooks/run-hook.ts"),
    import("../validate/report.ts"),
  ]);
  const { stamped, refused } = runHook(shell);
  if (options.json) await writeJson(shell.stdout, { stamped, refused });
  else {
    const paint = painter(shell, shell.stderr);
    const lines = stamped.map((path) => `${paint("green", "stamped")}  ${oneLine(path)}\n`);
    await shell.stderr.write(
      lines.join("") + refused.map((verdict) => fileReport(verdict, ["error"], false, paint)).join(""),
    );
  }
  return refused.length > 0 ? EXIT.findings : EXIT.ok;
}
