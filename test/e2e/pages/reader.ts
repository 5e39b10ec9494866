import { deedsOf, readPage, type Deed } from "../../docs/support/page.ts";
import { isAnswer, isPrinted } from "../../docs/support/output.ts";
import { freshServer, npmStart, type PageServer } from "./server.ts";
import { openShell } from "./shell.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

/** Where a page says the server is. */
const SHOWN_HOST = "127.0.0.1:8787";
/** How long what is told a moment later may take to be there. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 200;

/** Commands that only look: what they show may come a moment after what led to it. */
const LOOKS =
  /^(?:onex (?:runs (?:list|show)|dlq (?:list|show)|cache stats|metrics|trigger (?:list|show)|nodes (?:list|show))\b|curl -s\S* "?\$U)/;
/** An answer that refuses what was asked. */
const REFUSED = /"urn:onex:problem:/;
const CHANGES = /-X (?:POST|DELETE)|-d |onex run /;

/** What serves a page: nothing, a Worker like that of `npm start`, or `npm start` itself. */
export const SERVERS = {
  none: () => Promise.resolve(null),
  worker: freshServer,
  start: npmStart,
} as const satisfies Record<string, (workspace: Workspace) => Promise<PageServer | null>>;

export type Served = keyof typeof SERVERS;

/** A place where a page and what is printed differ. */
export interface Difference {
  readonly place: string;
  /** Where in the page its output begins, counted from 0. */
  readonly from: number;
  readonly command: string;
  readonly shown: string;
  readonly printed: string;
}

/**
 * Does what a reader does who types a page from its top to its end, in a fresh copy of the project and against a fresh
 * server; the first places where the page does not tell what is printed.
 */
export async function readAndType(path: string, served: Served): Promise<readonly Difference[]> {
  const workspace = await openWorkspace();
  try {
    const server = await SERVERS[served](workspace);
    try {
      return await typeAll(path, deedsOf(readPage(path)), workspace, server);
    } finally {
      await server?.stop();
    }
  } finally {
    await workspace.remove();
  }
}

async function typeAll(
  path: string,
  deeds: readonly Deed[],
  workspace: Workspace,
  given: PageServer | null,
): Promise<readonly Difference[]> {
  const shell = openShell(workspace.folder, workspace.env);
  const differences: Difference[] = [];
  let server = given;
  let last = "";
  const local = (text: string): string => (server ? text.replaceAll(SHOWN_HOST, server.host) : text);
  const asShown = (text: string): string => (server ? text.replaceAll(server.host, SHOWN_HOST) : text);
  if (server) await shell.run(`export ONEX_URL=http://${server.host}`);
  try {
    for (const [index, deed] of deeds.entries()) {
      if (deed.kind === "file") {
        await workspace.write(deed.path, deed.text);
        continue;
      }
      const place = `${path}:${deed.line} (${deed.block})`;
      if (deed.kind === "answer") {
        if (!isAnswer(deed.text, last))
          differences.push({ place, from: deed.line - 1, command: "", shown: deed.text, printed: last });
        continue;
      }
      if (deed.text === "npm start") {
        server = await npmStart(workspace);
        await shell.run(`export ONEX_URL=http://${server.host}`);
        continue;
      }
      const { printed, met } = await type(
        deed,
        deeds[index + 1]?.kind === "answer",
        (text) => shell.run(local(text)),
        asShown,
      );
      last = printed;
      if (!met) {
        const from = deed.line - 1 + deed.text.split("\n").length;
        differences.push({
          place,
          from,
          command: deed.text,
          shown: deed.output?.join("\n") ?? "(exit code 0)",
          printed,
        });
      }
    }
    return differences;
  } finally {
    await shell.end();
    if (server !== given) await server?.stop();
  }
}

async function type(
  { text, output }: Extract<Deed, { kind: "command" }>,
  asked: boolean,
  run: (text: string) => Promise<{ printed: string; code: number }>,
  asShown: (text: string) => string,
): Promise<{ readonly printed: string; readonly met: boolean }> {
  const looks = LOOKS.test(text) && !CHANGES.test(text);
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const outcome = await run(text);
    const printed = asShown(outcome.printed);
    const met = output === null ? outcome.code === 0 && (asked || !REFUSED.test(printed)) : isPrinted(output, printed);
    if (met || !looks || Date.now() > end) return { printed, met };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
