import { styleText } from "node:util";
import { ownSequence } from "./printer.ts";
import type { Shell, Sink } from "./shell.ts";

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/**
 * Colours for a sink: only on a terminal, unless FORCE_COLOR asks for them or NO_COLOR forbids them
 * (https://no-color.org, https://force-color.org). The sink must be a printer's.
 */
export function painter(shell: Shell, sink: Sink): Paint {
  if (!wantsColour(shell.env, sink)) return (_, text) => text;
  return (style, text) => {
    const [before = "", after = ""] = styleText(style, "|", { validateStream: false }).split("|");
    return `${ownSequence(before)}${text}${ownSequence(after)}`;
  };
}

function wantsColour(env: Shell["env"], sink: Sink): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return sink.isTerminal && env["TERM"] !== "dumb";
}
