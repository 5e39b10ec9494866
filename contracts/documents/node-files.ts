import { z } from "zod";
import { anyObject } from "../json/any-json.ts";

/** The most files a node may bring besides the three texts it consists of. */
export const MAX_NODE_FILES = 20;
/** A file's path in its node's folder: no part of it begins with a dot, so it leads nowhere else. */
export const nodeFileName = z
  .string()
  .max(200)
  .regex(
    /^(?!\.)[\w.-]+(?:\/(?!\.)[\w.-]+)*$/,
    "a path within the node's folder is required, of letters, digits, '_', '-' and '.'",
  );

/** The most cases one node may have. */
export const MAX_CASES = 200;

/** `cases.json` of a node's folder: what the node makes of which input. */
export const nodeCases = z.strictObject(
  {
    node: z.string().optional(),
    cases: z
      .array(
        z.strictObject(
          {
            name: z.string().min(1).max(200).optional(),
            input: anyObject("The input state, by contract key."),
            output: anyObject("What the node makes of it; when left out, anything its contract allows.").optional(),
          },
          { error: ({ code }) => (code === "invalid_type" ? "a case {name?, input, output?} is required" : undefined) },
        ),
      )
      .max(MAX_CASES, `at most ${MAX_CASES} cases are tried`),
  },
  { error: ({ code }) => (code === "invalid_type" ? "an object {cases} is required" : undefined) },
);
