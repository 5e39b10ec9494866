import { dirname } from "node:path";
import { compareTree } from "../../core/tree/tree-drift.ts";
import { parseTree } from "../../core/tree/tree-text.ts";
import { locateBlock } from "../../core/metadata/locate.ts";
import type { MetadataProblem } from "../../core/metadata/problem.ts";
import { problem } from "../../core/metadata/problem.ts";
import type { Profile } from "../../core/metadata/profile.ts";
import { isFolderIndex } from "../../core/scan/document-kind.ts";
import type { JudgedText } from "../../core/scan/judge-text.ts";
import { judgeText } from "../../core/scan/judge-text.ts";
import { treeScope } from "../../core/scan/tree-scope.ts";
import type { FileVerdict } from "../../core/scan/verdict.ts";
import { emptyVerdict, withProblems } from "../../core/scan/verdict.ts";
import { readDocument } from "../files/read-document.ts";
import { scanWorld } from "../files/scan-world.ts";
import { treeEntries } from "../files/tree-entries.ts";

export interface FileToJudge {
  readonly path: string;
  readonly absolute: string;
  /** Whether it must carry metadata. */
  readonly required: boolean;
}

/** Drift beyond this many entries says that the index is of another folder. */
const MAX_DRIFT = 50;

/** Judges one file. Never throws: what keeps it from being read is a finding. */
export function judgeFile({ path, absolute, required }: FileToJudge, profiles: readonly Profile[]): JudgedText {
  const content = readDocument(absolute);
  const nothing = emptyVerdict(path, profiles);
  const told = (...problems: readonly MetadataProblem[]): JudgedText => ({
    verdict: withProblems(nothing, problems),
    identity: null,
  });
  const missing = required ? [problem("MD001", "there is no metadata block", "stamp the file with `onex stamp`")] : [];
  switch (content.kind) {
    case "unreadable":
      return told(
        problem("RG001", `the file cannot be read: ${content.reason}`, "check that it exists and may be read"),
      );
    case "binary":
      return told(
        problem("SC001", "a binary file, not read", "ignore it in .onexignore", { severity: "warning" }),
        ...missing,
      );
    case "head":
      return judgeHead(content, nothing, missing);
    case "text": {
      const judged = judgeText(content.text, { path, profiles, required, world: scanWorld(dirname(absolute)) });
      const legible = content.invalidLine === null ? judged : withInvalidBytes(judged, content.invalidLine);
      return isFolderIndex(path) ? withDrift(legible, content.text, dirname(absolute)) : legible;
    }
  }
}

function judgeHead(
  { head, bytes }: { readonly head: string; readonly bytes: number },
  nothing: FileVerdict,
  missing: readonly MetadataProblem[],
): JudgedText {
  const size = `${Math.ceil(bytes / (1024 * 1024))} MB`;
  const block = locateBlock(head);
  const open = block.kind === "block" ? block.span.open : block.kind === "unclosed" ? block.open : null;
  if (open === null) {
    const partly = problem("SC001", `only the beginning of this ${size} file was read`, "ignore it in .onexignore", {
      severity: "warning",
    });
    return { verdict: withProblems(nothing, [partly, ...missing]), identity: null };
  }
  const long = problem(
    "MD002",
    `this ${size} file is too long for its hash to be checked`,
    "metadata is for source texts",
    {
      line: open.number,
    },
  );
  return { verdict: withProblems({ ...nothing, hash: "malformed" }, [long]), identity: null };
}

/** A hash over bytes that are no text was never made; a file that carries none is only odd. */
function withInvalidBytes({ verdict, identity }: JudgedText, line: number): JudgedText {
  const carries = verdict.dialect !== null || verdict.hash !== "absent";
  const found = problem("MD002", "the file is not valid UTF-8 here", "save it as UTF-8", {
    line,
    severity: carries ? "error" : "warning",
  });
  return { identity, verdict: withProblems({ ...verdict, hash: carries ? "malformed" : "absent" }, [found]) };
}

function withDrift({ verdict, identity }: JudgedText, text: string, folder: string): JudgedText {
  const parsed = parseTree(text);
  if (!parsed.ok) return { verdict, identity };
  const { tree } = parsed.value;
  const drifts = compareTree(tree, treeEntries(folder, treeScope(tree)));
  const problems = drifts.slice(0, MAX_DRIFT).map((drift) => drift.problem);
  if (drifts.length > MAX_DRIFT) {
    problems.push(
      problem("RG005", `and ${drifts.length - MAX_DRIFT} more differences`, "run `onex tree check` to see them all"),
    );
  }
  return { identity, verdict: withProblems({ ...verdict, tree: drifts.length === 0 ? "in_sync" : "drift" }, problems) };
}
