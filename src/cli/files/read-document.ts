import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { isUtf8 } from "node:buffer";
import { isTreeFile } from "../../core/scan/document-kind.ts";
import { locateBlock } from "../../core/metadata/locate.ts";
import { MAX_TEXT_LENGTH } from "../../core/metadata/reading.ts";
import { systemReason } from "../shell.ts";

/** What a file's bytes are, read with bounded memory whatever its size. */
export type Content =
  | { readonly kind: "text"; readonly text: string; readonly invalidLine: number | null }
  /** Too long to be read whole, or long and without a block: `head` is its beginning. */
  | { readonly kind: "head"; readonly head: string; readonly bytes: number }
  | { readonly kind: "binary" }
  | { readonly kind: "unreadable"; readonly reason: string };

const HEAD_BYTES = 64 * 1024;
/** A file of this size is read whole even without a block: it may be a document of some kind. */
const WHOLE_BYTES = 256 * 1024;
/** A NUL here makes a file binary, as it does for git. */
const PROBED_BYTES = 8_000;
/** Never waits: a named pipe without a writer would hang an ordinary open. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const headBuffer = Buffer.allocUnsafeSlow(HEAD_BYTES);

/** Reads a file as far as it can matter. Never throws. */
export function readDocument(absolute: string): Content {
  let file: number | null = null;
  try {
    file = openSync(absolute, FLAGS);
    const length = readInto(file, headBuffer, 0);
    const head = headBuffer.subarray(0, length);
    if (head.subarray(0, PROBED_BYTES).includes(0)) return { kind: "binary" };
    if (length < HEAD_BYTES) return textOf(head);
    const { size } = fstatSync(file);
    const wanted = size <= WHOLE_BYTES || mayMatter(absolute, head.toString("utf8"));
    if (size > MAX_TEXT_LENGTH || !wanted) return { kind: "head", head: head.toString("utf8"), bytes: size };
    const whole = Buffer.allocUnsafe(Math.max(size, length));
    head.copy(whole);
    return textOf(whole.subarray(0, readInto(file, whole, length)));
  } catch (thrown) {
    return { kind: "unreadable", reason: systemReason(thrown) };
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Fills the buffer from `start` until it is full or the file ends; gives how far it is filled. */
function readInto(file: number, buffer: Buffer, start: number): number {
  let end = start;
  while (end < buffer.length) {
    const count = readSync(file, buffer, end, buffer.length - end, null);
    if (count === 0) break;
    end += count;
  }
  return end;
}

const mayMatter = (path: string, head: string): boolean => isTreeFile(path) || locateBlock(head).kind !== "none";

function textOf(bytes: Buffer): Content {
  return { kind: "text", text: bytes.toString("utf8"), invalidLine: isUtf8(bytes) ? null : firstInvalidLine(bytes) };
}

function firstInvalidLine(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const feed = bytes.indexOf(10, start);
    const end = feed === -1 ? bytes.length : feed;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
  return 1;
}
