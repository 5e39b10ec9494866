import type { AppContext } from "../request/context.ts";

/** Which bytes a request asks for: some, none that there are, or all. */
export type AskedRange =
  | { readonly kind: "part"; readonly first: number; readonly last: number }
  | { readonly kind: "unsatisfiable" }
  | { readonly kind: "whole" };

const WHOLE: AskedRange = { kind: "whole" };
const ONE_RANGE = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i;

/**
 * The range of bytes in a Range header (RFC 9110, section 14). What is no single range of bytes is ignored, as the RFC
 * allows: the answer is the whole then.
 */
export function rangeIn(header: string | undefined, size: number): AskedRange {
  const [, from = "", to = ""] = ONE_RANGE.exec(header ?? "") ?? [];
  if (from === "" && to === "") return WHOLE;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? { kind: "unsatisfiable" } : { kind: "part", first: size - length, last: size - 1 };
  }
  const first = Number(from);
  if (to !== "" && Number(to) < first) return WHOLE;
  if (first >= size) return { kind: "unsatisfiable" };
  return { kind: "part", first, last: to === "" ? size - 1 : Math.min(Number(to), size - 1) };
}

/** Whether If-None-Match names this entity tag, or any. Weak and strong tags are the same here. */
export function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
}

/** Bytes, or the part of them that was asked for: 200, 206 or 304; null when no byte is in the range. */
export function rangedBytes(
  c: AppContext,
  bytes: Uint8Array,
  { type, sha256 }: { readonly type: string; readonly sha256: string },
): Response | null {
  const tag = `"${sha256}"`;
  const headers = { etag: tag, "accept-ranges": "bytes", "cache-control": "private, no-cache" };
  if (isKnown(c.req.header("if-none-match"), tag)) return c.body(null, 304, headers);
  const condition = c.req.header("if-range");
  // A date never matches: values have an entity tag and no date.
  const asked = condition === undefined || condition === tag ? rangeIn(c.req.header("range"), bytes.length) : WHOLE;
  if (asked.kind === "unsatisfiable") return null;
  const { first, last } = asked.kind === "part" ? asked : { first: 0, last: bytes.length - 1 };
  const part = bytes.slice(first, last + 1);
  const told = { ...headers, "content-type": type, "content-length": String(part.length) };
  if (asked.kind === "whole") return c.body(part, 200, told);
  return c.body(part, 206, { ...told, "content-range": `bytes ${first}-${last}/${bytes.length}` });
}
