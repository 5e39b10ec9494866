import { isMap, isNode, isPair, LineCounter, parseDocument } from "yaml";

type Path = readonly PropertyKey[];

/** The line a path of a YAML document begins on, or that of what encloses it; null for the whole document. */
export function linesOf(text: string): (path: Path) => number | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: "core", logLevel: "silent" });
  const lineOf = (path: Path): number | null => {
    if (path.length === 0) return null;
    const parent = document.getIn(path.slice(0, -1), true);
    const key = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find(
          (item) => isPair(item) && String((item.key as { value?: unknown } | null)?.value) === String(key),
        )
      : undefined;
    const node: unknown = pair ? pair.key : document.getIn(path, true);
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : lineOf(path.slice(0, -1));
  };
  return lineOf;
}
