import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import { formatVersion } from "../json/json.ts";

/** One entry of a tree index. Open: fields a newer minor version adds are kept. */
export interface TreeEntryWire {
  readonly name: string;
  readonly type: "file" | "directory";
  readonly children?: readonly TreeEntryWire[] | null | undefined;
  readonly [field: string]: unknown;
}

const common = {
  name: z.string().min(1).describe("Name of the file or directory, without a path."),
  metadata: anyObject("What the index says of the entry.").nullish(),
  mtime: z.int().nullish().describe("Modification time, seconds since the epoch."),
  size: z.int().min(0).nullish().describe("Size in bytes."),
};

const entry: z.ZodType<TreeEntryWire> = z.lazy(() =>
  z.discriminatedUnion("type", [
    z.looseObject({
      ...common,
      type: z.literal("directory"),
      children: z.array(entry).describe("What is in it, sorted by name."),
    }),
    z.looseObject({ ...common, type: z.literal("file"), children: z.null().optional().describe("Files have none.") }),
  ]),
);

/** `.onextree`: a root directory with everything below it. */
export const treeFormat = z
  .looseObject({
    ...common,
    schema_version: formatVersion(1).optional().describe("Version of this format."),
    type: z.literal("directory"),
    children: z.array(entry).describe("What is in it, sorted by name."),
  })
  .meta({ title: "Tree index", description: "The directory index through which nodes are discovered." });
