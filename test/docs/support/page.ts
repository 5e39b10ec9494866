import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";

/** A fenced block of a page. */
export interface Block {
  /** The page and the heading it stands under: `docs/runs.md, Wait`. */
  readonly name: string;
  /** The line of the page its text begins at, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly lines: readonly string[];
  /** Why nobody runs it, as the page itself says right above it; null when it is run. */
  readonly notRun: string | null;
  /** The last line of prose above it. */
  readonly intro: string;
}

/** What a reader does with a page, in its order. */
export type Deed =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | {
      readonly kind: "command";
      readonly block: string;
      readonly line: number;
      readonly text: string;
      /** What the page says is printed; null when it says nothing of that. */
      readonly output: readonly string[] | null;
    }
  /** What the command before it answered, laid out over lines. */
  | { readonly kind: "answer"; readonly block: string; readonly line: number; readonly text: string };

/** Typed at a prompt, with what is printed. */
const TRANSCRIPT = "console";
/** Typed as it stands. */
const SCRIPT = "sh";

const NOT_RUN = /^\*Not run by the tests: (.+)\*$/;
/** A block whose first line names a file is that file. */
const FILE_NAME = /^(?:#|\/\/) ([\w./-]+\.[a-z]+)$/;

export const readPage = (path: string): readonly Block[] =>
  blocksOf(path, readFileSync(join(PROJECT_ROOT, path), "utf8"));

/** Every fenced block of a Markdown text. */
export function blocksOf(path: string, text: string): readonly Block[] {
  const found: Block[] = [];
  let heading = "";
  let prose: string[] = [];
  let open: { readonly fence: string; readonly language: string; readonly line: number; lines: string[] } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (open) {
      if (line.trim() === open.fence) {
        const intro = prose.at(-1) ?? "";
        const notRun = NOT_RUN.exec(prose.join(" "))?.[1] ?? null;
        const { language, lines } = open;
        found.push({
          name: heading === "" ? path : `${path}, ${heading}`,
          line: open.line,
          language,
          lines,
          notRun,
          intro,
        });
        open = null;
        prose = [];
      } else open.lines.push(line);
      continue;
    }
    const [, fence, language] = /^(`{3,})(.*)$/.exec(line.trim()) ?? [];
    if (fence !== undefined) open = { fence, language: language ?? "", line: index + 2, lines: [] };
    else if (/^#+ /.test(line)) [heading, prose] = [line.replace(/^#+ /, ""), []];
    // A paragraph ends with an empty line; the one right above a block is what introduces it.
    else if (line.trim() !== "") prose = text.split("\n")[index - 1]?.trim() === "" ? [line] : [...prose, line];
  }
  return found;
}

export const isShell = ({ language }: Block): boolean => language === TRANSCRIPT || language === SCRIPT;

/** What a reader does with these blocks. */
export function deedsOf(blocks: readonly Block[]): readonly Deed[] {
  return blocks.flatMap((block): readonly Deed[] => {
    const { name, line, lines, language } = block;
    if (isShell(block)) {
      if (block.notRun !== null) return [];
      return language === TRANSCRIPT ? transcript(block) : script(block);
    }
    const path = FILE_NAME.exec(lines[0] ?? "")?.[1];
    if (path !== undefined) return [{ kind: "file", path, text: `${lines.join("\n")}\n` }];
    if (language === "json" && block.intro.startsWith("The answer"))
      return [{ kind: "answer", block: name, line, text: lines.join("\n") }];
    return [];
  });
}

function transcript({ name, line, lines }: Block): readonly Deed[] {
  const deeds: { kind: "command"; block: string; line: number; text: string; output: string[] }[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? "";
    if (!text.startsWith("$ ")) {
      const last = deeds.at(-1);
      if (last === undefined) throw new Error(`${name}: line ${line + index} is output of no command`);
      last.output.push(text);
      continue;
    }
    const taken = logicalLine([text.slice(2), ...lines.slice(index + 1)]);
    deeds.push({ kind: "command", block: name, line: line + index, text: taken.join("\n"), output: [] });
    index += taken.length - 1;
  }
  return deeds;
}

function script({ name, line, lines }: Block): readonly Deed[] {
  const deeds: Deed[] = [];
  for (let index = 0; index < lines.length;) {
    const taken = logicalLine(lines.slice(index));
    const text = taken.join("\n");
    if (text.trim() !== "") deeds.push({ kind: "command", block: name, line: line + index, text, output: null });
    index += taken.length;
  }
  return deeds;
}

/** The lines that the shell reads as one: open quotes, a backslash at the end and here-documents go on. */
function logicalLine(lines: readonly string[]): readonly string[] {
  const [first = ""] = lines;
  const end = /<<'?(\w+)'?/.exec(first)?.[1];
  if (end !== undefined) return lines.slice(0, lines.indexOf(end) + 1);
  for (let count = 1; count <= lines.length; count += 1) {
    const taken = lines.slice(0, count);
    if (isWhole(taken.join("\n"))) return taken;
  }
  return lines;
}

function isWhole(text: string): boolean {
  let quote: string | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (quote === "'") quote = letter === "'" ? null : quote;
    else if (letter === "\\") {
      if (index >= text.length - 1) return false;
      index += 1;
    } else if (letter === quote) quote = null;
    else if (quote === null && (letter === "'" || letter === '"')) quote = letter;
    else if (quote === null && letter === "#" && /\s/.test(text[index - 1] ?? " ")) return true;
  }
  return quote === null;
}
