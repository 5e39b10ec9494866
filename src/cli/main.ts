import { parseJson, textAt } from "../../contracts/json/narrow.ts";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError, type Option } from "commander";
import type { Settle } from "./command.ts";
import { textOfFile } from "./files/read-file.ts";
import { writeJson } from "./json-output.ts";
import { painter } from "./paint.ts";
import { oneLine, printer } from "./printer.ts";
import { onexProgram } from "./program.ts";
import { CommandFailure, EXIT, type ExitCode, type Shell } from "./shell.ts";

/** Runs the command line with these arguments (without the program's own name) and gives its exit code. Never throws. */
export async function main(args: readonly string[], world: Shell): Promise<ExitCode> {
  const shell = { ...world, stdout: printer(world.stdout), stderr: printer(world.stderr) };
  const code = await obey(args, shell);
  const { problem = null } = world.stdout;
  if (problem === null) return code;
  await shell.stderr.write(
    `${painter(shell, shell.stderr)("red", "error")}: standard output is cut short: ${problem}\n`,
  );
  return code === EXIT.ok ? EXIT.findings : code;
}

async function obey(args: readonly string[], shell: Shell): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const settle: Settle = async (work, { json }) => {
    try {
      code = await work();
    } catch (thrown) {
      code = await explain(thrown, shell, json);
    }
  };
  const output = { text: "" };
  const program = prepared(onexProgram(shell, settle, versionOf()), shell, output);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (thrown) {
    const isUsage = thrown instanceof CommanderError;
    if (!isUsage) return await explain(thrown, shell, args.includes("--json"));
    await shell[thrown.exitCode === 0 ? "stdout" : "stderr"].write(output.text);
    if (thrown.exitCode === 0) return EXIT.ok;
    if (args.includes("--json"))
      await writeJson(shell.stdout, { error: { code: null, message: plainMessage(thrown), hint: null } });
    return EXIT.usage;
  }
  return code;
}

const MAX_HELP_COLUMNS = 110;

/** Text of the parser goes where the shell says, and a wrong call is an exception, not the end of the process. */
function prepared(program: Command, shell: Shell, output: { text: string }): Command {
  program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => (output.text += text),
      writeErr: (text) => (output.text += text),
      outputError: (text, write) =>
        write(`${oneLine(text.trimEnd()).replace("\\n(Did you mean", "\n(Did you mean")}\n`),
      getOutHelpWidth: () => Math.min(shell.stdout.columns, MAX_HELP_COLUMNS),
      getErrHelpWidth: () => Math.min(shell.stderr.columns, MAX_HELP_COLUMNS),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ optionDescription });
  const inherit = (parent: Command): void => {
    for (const command of parent.commands) inherit(command.copyInheritedSettings(parent));
  };
  inherit(program);
  return program;
}

/** An option that is off or empty unless given needs no word about it. */
function optionDescription({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const isOff = defaultValue === undefined || defaultValue === false || defaultValue === true || isEmpty(defaultValue);
  const notes = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(", ")}`]),
    ...(isOff ? [] : [`default ${defaultValueDescription ?? String(defaultValue)}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const plainMessage = (error: CommanderError): string => error.message.replace(/^error: /, "");

async function explain(thrown: unknown, shell: Shell, json: boolean): Promise<ExitCode> {
  const known = thrown instanceof CommandFailure;
  const message = known ? thrown.message : `this is a mistake of the command itself: ${String(thrown)}`;
  const { code, hint } = known ? thrown : { code: null, hint: null };
  if (json) await writeJson(shell.stdout, { error: { code, message, hint } });
  const paint = painter(shell, shell.stderr);
  const [first = "", ...list] = known ? thrown.lines : [message];
  const lines = [
    `${paint("red", "error")}: ${code === null ? first : `${code}: ${first}`}`,
    ...list.map((line) => `  ${line}`),
    ...(hint === null ? [] : [paint("dim", hint)]),
  ];
  await shell.stderr.write(`${lines.map(oneLine).join("\n")}\n`);
  if (!known && thrown instanceof Error && shell.env["ONEX_DEBUG"] !== undefined) {
    await shell.stderr.write(`${thrown.stack ?? ""}\n`);
  }
  return known ? thrown.exitCode : EXIT.findings;
}

function versionOf(): string {
  const text = textOfFile(fileURLToPath(new URL("../../package.json", import.meta.url)), "/");
  return textAt(parseJson(text), "version");
}
