import { extensionOf, isMetadataFile } from "./dialect.ts";
import { splitKey } from "./entries.ts";
import type { PlacedLine } from "./field-lines.ts";
import { lineFrom } from "./locate.ts";
import type { ReadHint } from "./reading.ts";
import { TELLING_FIELDS } from "./telling-fields.ts";

/** A metadata file of the earlier project: the fields are the document, with no block around them. */
export interface BareDocument {
  readonly lines: readonly PlacedLine[];
  readonly body: string;
}

const TELLING: ReadonlySet<string> = new Set(TELLING_FIELDS);
/** So many of them make a mapping metadata. */
const ENOUGH = 5;

/**
 * Recognises a bare metadata mapping: a YAML mapping, perhaps after `---`, that holds enough of the metadata fields. A
 * path that names a metadata file is believed with one field; a path of another type than YAML never is.
 */
export function bareDocument(text: string, hint: ReadHint): BareDocument | null {
  const named = hint.path !== undefined && isMetadataFile(hint.path);
  const extension = hint.path === undefined ? "" : extensionOf(hint.path);
  if (!named && !["", "yaml", "yml", "onex", "txt"].includes(extension)) return null;

  const lines: PlacedLine[] = [];
  let telling = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let inList = false;
  for (let number = 1; at < text.length; number++) {
    const span = lineFrom(text, at, number);
    const line = text.slice(span.start, span.end);
    at = span.next;
    const end = line.trimEnd();
    if (end === "---" || end === "...") {
      if (lines.length > 0) break;
      continue;
    }
    const first = line[0];
    if (end !== "" && first !== "#" && first !== " " && first !== "\t") {
      const entry = splitKey(line);
      const listItem = inList && (line === "-" || line.startsWith("- "));
      if (entry === null && !listItem) {
        // Prose or a list: not a mapping. A named metadata file keeps its line, to be reported.
        if (!named) return null;
      } else if (entry !== null) {
        inList = entry.rest.trim() === "" || entry.rest.trimStart().startsWith("#");
        if (TELLING.has(entry.key)) telling++;
      }
    }
    if (lines.length > 0 || (end !== "" && first !== "#")) lines.push({ number, start: span.start, text: line });
  }
  const enough = named ? telling >= 1 : telling >= ENOUGH;
  return enough ? { lines, body: text.slice(at) } : null;
}
