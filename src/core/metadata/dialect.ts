/**
 * The generations of metadata blocks in the world. G0 to G3 were written by earlier stampers and are read only; ONEX is
 * the one this project writes. What each hashes is in hash-rules.ts.
 */
export type Dialect = "G0" | "G1" | "G2" | "G3" | "ONEX";

/** Whose delimiters a block carries. */
export type BlockFamily = "OmniNode" | "ONEX";

/** How a file comments a block out: one HTML comment, or a prefix before every line. */
export type CommentStyle = "markup" | "hash" | "slash" | "dash";

/** A comment style a block can be written in; `yaml` is `hash` delimiters around bare field lines. */
export type BlockStyle = CommentStyle | "yaml";

/** What precedes each line of a block; a markup block has no line prefix. */
export const LINE_PREFIX: Readonly<Record<CommentStyle, string>> = {
  markup: "",
  hash: "# ",
  slash: "// ",
  dash: "-- ",
};

/** What stands where a hash is not known yet. */
export const ZERO_HASH = "0".repeat(64);
/** What a stamper that knows no time wrote, and what old hashes put in place of last_modified_at. */
export const EPOCH_TIMESTAMP = "1970-01-01T00:00:00Z";

/** The opening delimiter line of a block, without its line break. */
export const openDelimiter = (family: BlockFamily, style: CommentStyle): string =>
  `${style === "markup" ? "<!-- " : LINE_PREFIX[style]}=== ${family}:Metadata ===`;

/** Every closing delimiter line accepted for a block; the first is the one to write. */
export function closeDelimiters(family: BlockFamily, style: CommentStyle): readonly string[] {
  const text = `=== /${family}:Metadata ===`;
  if (style !== "markup") return [LINE_PREFIX[style] + text];
  return family === "ONEX" ? [`${text} -->`] : [`<!-- ${text} -->`, `${text} -->`];
}

const BY_EXTENSION: Readonly<Record<string, BlockStyle>> = {
  md: "markup",
  markdown: "markup",
  html: "markup",
  htm: "markup",
  xml: "markup",
  svg: "markup",
  py: "hash",
  pyi: "hash",
  sh: "hash",
  bash: "hash",
  toml: "hash",
  rb: "hash",
  yaml: "hash",
  yml: "hash",
  tf: "hash",
  conf: "hash",
  onex: "yaml",
  onextree: "hash",
  ts: "slash",
  mts: "slash",
  cts: "slash",
  tsx: "slash",
  js: "slash",
  mjs: "slash",
  cjs: "slash",
  jsx: "slash",
  jsonc: "slash",
  go: "slash",
  rs: "slash",
  java: "slash",
  c: "slash",
  h: "slash",
  sql: "dash",
  lua: "dash",
};
const BY_NAME: Readonly<Record<string, BlockStyle>> = { dockerfile: "hash", makefile: "hash", ".onexignore": "hash" };

/** The last segment of a slash- or backslash-separated path. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);

/** What follows the last dot of a file's name, in lower case; empty without one. */
export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
}

/** True for the files whose whole content is metadata: `node.onex.yaml`, `project.onex.yaml`, `.onex`. */
export const isMetadataFile = (path: string): boolean => /(^|\.)onex(\.ya?ml)?$/i.test(baseName(path));

/**
 * The style to stamp a file with, or null when its type has no comments (JSON) or is not known. Metadata files get bare
 * field lines, so that they remain YAML documents of their fields; other YAML is commented, so that its data stays as it is.
 */
export function styleForPath(path: string): BlockStyle | null {
  if (isMetadataFile(path)) return "yaml";
  return BY_NAME[baseName(path).toLowerCase()] ?? BY_EXTENSION[extensionOf(path)] ?? null;
}
