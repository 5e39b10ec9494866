import { dirname } from "node:path";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { isMetadataFile, styleForPath } from "../../core/metadata/dialect.ts";
import type { MetadataProblem } from "../../core/metadata/problem.ts";
import { problem } from "../../core/metadata/problem.ts";
import { readBlock } from "../../core/metadata/read.ts";
import { stamp } from "../../core/metadata/stamp.ts";
import type { ScanWorld } from "../../core/scan/references.ts";
import { refreshedArtifacts } from "../../core/scan/artifact-fields.ts";
import { readDocument } from "../files/read-document.ts";
import { scanWorld } from "../files/scan-world.ts";

/** What stamping a file would come to. */
export type StampOutcome =
  | { readonly kind: "stamped" | "unchanged"; readonly text: string }
  | { readonly kind: "refused"; readonly problems: readonly MetadataProblem[] }
  /** Nothing to stamp: no metadata and nobody asked for some, or a type that cannot carry any. */
  | { readonly kind: "skipped"; readonly reason: string };

export interface StampFileOptions {
  /** Fields to set besides what the file says. */
  readonly fields: JsonObject;
  readonly author: string | null;
  readonly now: Date;
  readonly uuid: string;
  /** What a file without metadata gets: some where it can carry any, some or a refusal, or nothing. */
  readonly adopt: "if possible" | "always" | "never";
}

/** Decides what stamping a file on disk would write; writes nothing. */
export function stampedFile(path: string, absolute: string, options: StampFileOptions): StampOutcome {
  const content = readDocument(absolute);
  switch (content.kind) {
    case "binary":
      return { kind: "skipped", reason: "a binary file" };
    case "head":
      return { kind: "skipped", reason: "too long to carry metadata" };
    case "unreadable":
      return refused(problem("RG001", `the file cannot be read: ${content.reason}`, "check its permissions"));
    case "text":
      if (content.invalidLine === null) return stampedText(content.text, path, scanWorld(dirname(absolute)), options);
      return refused(
        problem("MD002", "the file is not valid UTF-8 here", "save it as UTF-8", { line: content.invalidLine }),
      );
  }
}

const refused = (...problems: readonly MetadataProblem[]): StampOutcome => ({ kind: "refused", problems });

/** The same for a text that stands, or will stand, at this path; `world` has the files whose hashes it declares. */
export function stampedText(text: string, path: string, world: ScanWorld, options: StampFileOptions): StampOutcome {
  const { fields, author, now, uuid, adopt } = options;
  const reading = readBlock(text, { path });
  const carries = reading.lines !== null || Object.keys(reading.fields).length > 0 || reading.errors.length > 0;
  if (!carries && adopt === "never") return { kind: "skipped", reason: "no metadata" };
  if (adopt !== "always" && styleForPath(path) === null) {
    return { kind: "skipped", reason: "its type has no comments to hold metadata" };
  }
  const extensions = isMetadataFile(path) ? refreshedArtifacts({ ...reading.fields, ...fields }, world) : null;
  const outcome = stamp(text, {
    path,
    now: now.toISOString(),
    uuid,
    fields: extensions === null ? fields : { ...fields, x_extensions: extensions },
    ...(author === null ? {} : { author }),
  });
  if (!outcome.ok) return refused(...outcome.error);
  return { kind: outcome.value.changed ? "stamped" : "unchanged", text: outcome.value.text };
}
