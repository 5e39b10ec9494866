import { randomBytes } from "node:crypto";
import { textIfThere, textOfFile } from "../files/read-file.ts";
import { isThere } from "../files/walk.ts";
import { writeFileWhole } from "../files/write-file.ts";

/** The bearer token of the local server, and whether it was made just now. */
export interface LocalToken {
  readonly value: string;
  readonly created: boolean;
}

const LINE = /^\s*(?:export\s+)?ONEX_TOKEN\s*=\s*(["']?)(.*?)\1\s*$/m;

/** ONEX_TOKEN in a file of variables; null when it has none. */
export function knownToken(path: string): string | null {
  const value = LINE.exec(textIfThere(path) ?? "")?.[2];
  return value === undefined || value === "" ? null : value;
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
