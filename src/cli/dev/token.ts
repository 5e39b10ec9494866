import { randomBytes } from "node:crypto";
import { textIfThere, textOfFile } from "../files/read-file.ts";
import { isThere } from "../files/walk.ts";
import { writeFileWhole } from "../files/write-file.ts";

/** The bearer token of the local server, and whether it was made just now. */
export interface LocalToken {
  readonly value: string;
  readonly created: boolean;
}

const NAME = "ONEX_TOKEN";

/** ONEX_TOKEN in a file of variables; null when it has none. */
export function knownToken(path: string): string | null {
  for (const line of (textIfThere(path) ?? "").split("\n")) {
    const value = valueIn(line);
    if (value !== null) return value === "" ? null : value;
  }
  return null;
}

/** What `ONEX_TOKEN=…` or `export ONEX_TOKEN="…"` says; null for any other line. */
function valueIn(line: string): string | null {
  const words = line.trim();
  const assignment = /^export\s/.test(words) ? words.slice("export".length).trimStart() : words;
  if (!assignment.startsWith(NAME)) return null;
  const rest = assignment.slice(NAME.length).trimStart();
  if (!rest.startsWith("=")) return null;
  const value = rest.slice(1).trim();
  const quote = value.charAt(0);
  const isQuoted = (quote === '"' || quote === "'") && value.length > 1 && value.endsWith(quote);
  return isQuoted ? value.slice(1, -1) : value;
}

/** Reads ONEX_TOKEN from a file of variables; adds a random one when it has none. The file is for its owner's eyes only. */
export function localToken(path: string): LocalToken {
  const known = knownToken(path);
  if (known !== null) return { value: known, created: false };
  // What is there and cannot be read is nothing to be replaced.
  const text = isThere(path) ? textOfFile(path, ".") : "";
  const value = randomBytes(24).toString("base64url");
  const more = `${text === "" || text.endsWith("\n") ? "" : "\n"}ONEX_TOKEN=${value}\n`;
  writeFileWhole(path, text + more, { mode: 0o600 });
  return { value, created: true };
}
