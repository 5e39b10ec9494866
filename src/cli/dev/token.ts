import { randomBytes } from "node:crypto";
import { appendFile, chmod, readFile } from "node:fs/promises";

/** The bearer token of the local server, and whether it was made just now. */
export interface LocalToken {
  readonly value: string;
  readonly created: boolean;
}

const LINE = /^\s*(?:export\s+)?ONEX_TOKEN\s*=\s*(["']?)(.*?)\1\s*$/m;

/** Reads ONEX_TOKEN from a file of variables; adds a random one when it has none. The file is for its owner's eyes only. */
export async function localToken(path: string): Promise<LocalToken> {
  const text = await readFile(path, "utf8").catch(() => "");
  const known = LINE.exec(text)?.[2];
  if (known) return { value: known, created: false };
  const value = randomBytes(24).toString("base64url");
  await appendFile(path, `${text === "" || text.endsWith("\n") ? "" : "\n"}ONEX_TOKEN=${value}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return { value, created: true };
}
