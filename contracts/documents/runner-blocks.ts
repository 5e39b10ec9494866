import { z } from "zod";
import { contractKey } from "../json/json.ts";
import type { Wire } from "../json/wire.ts";
import { secretName } from "./call.ts";

/*
 * What a contract says to a runner: how its node's process is confined, and how it is called. Python, command and
 * container nodes have these; nobody else reads them.
 */

/** A pool's name: `python`, `cli`, `docker`, or one of your own. */
export const poolName = z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, "a pool name such as python or gpu-large");

/** A container image that cannot change: a name and the digest of its content. */
export const IMAGE = /^[a-z0-9][a-z0-9._/:-]{0,254}@sha256:[0-9a-f]{64}$/;

/** Limits of a node's process, and of everything it starts. */
export const sandboxWire = z
  .strictObject({
    memory_mb: z.int().min(16).max(65_536).default(512).describe("Memory of each process, in MiB."),
    files_mb: z.int().min(1).max(10_240).default(64).describe("Scratch space in /tmp and the largest file, in MiB."),
    processes: z.int().min(1).max(4_096).default(64).describe("Processes and threads at once."),
    network: z.boolean().default(false).describe("Whether the process may use the network."),
  })
  .describe("Limits of the process that a runner starts.");

const text = z
  .string()
  .max(32_768)
  .regex(/^[^\0]*$/, "a text without NUL is required");
const fromKey = z.strictObject({
  key: contractKey.describe("The input whose value is the argument; an absent optional one leaves the argument out."),
  prefix: text.exactOptional().describe("Put before the value: `--word=`."),
  dashes: z.boolean().default(false).describe("Whether the argument may begin with a dash because its value does."),
});

const fromSecret = z.strictObject({ secret_ref: secretName });
const variableName = z.string().regex(/^[A-Z_][A-Z0-9_]{0,99}$/, "a variable name in capitals");

/** How a command or container is called. */
export const cliWire = z
  .strictObject({
    command: z
      .array(z.union([text, fromKey]))
      .max(256)
      .exactOptional()
      .describe("The program and its arguments; a key's value is one argument, whatever it contains."),
    shell: z
      .boolean()
      .default(false)
      .describe("Whether the first part is a script of /bin/sh, and the others are its $1, $2 and so on."),
    stdin: z
      .union([contractKey, z.strictObject({ json: z.literal(true) }), z.null()])
      .default({ json: true })
      .describe("What it reads: one input, the whole input state as JSON, or nothing."),
    stdout: z
      .union([
        z.strictObject({ json: z.literal(true) }),
        z.strictObject({ text: contractKey, trim: z.boolean().default(false) }),
      ])
      .default({ json: true })
      .describe("What its standard output is: the output state as JSON, or the text of one output."),
    exit_codes: z
      .strictObject({
        ok: z.array(z.int().min(0).max(255)).min(1).max(256).default([0]),
        retry: z.array(z.int().min(0).max(255)).max(256).default([]),
      })
      .prefault({})
      .describe("Which exit codes are success, and which failures are worth another attempt."),
    exit_code: contractKey.exactOptional().describe("The output that receives the exit code."),
    env: z
      .record(variableName, z.union([text, fromKey, fromSecret]))
      .exactOptional()
      .describe("Variables of the process, a secret by its name among them; it has no others of the runner's."),
  })
  .describe("How a command or container is called.");

/** What a Python node needs besides the standard library. */
export const pythonWire = z
  .strictObject({
    environment: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "the name of a virtual environment")
      .exactOptional()
      .describe("A virtual environment of the runner, by name."),
    uv: z
      .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._[\],<>=!~ -]{0,199}$/, "a requirement such as requests==2.32.3"))
      .min(1)
      .max(100)
      .exactOptional()
      .describe("Requirements that the runner installs with uv, once for each list."),
    env: z
      .record(variableName, z.union([text, fromSecret]))
      .exactOptional()
      .describe("Variables of the process, a secret by its name among them."),
  })
  .refine((value) => value.environment === undefined || value.uv === undefined, {
    error: "an environment or uv, not both",
    path: ["uv"],
  })
  .describe("What a Python node needs besides the standard library.");

export type SandboxWire = Wire<z.output<typeof sandboxWire>>;
export type CliWire = Wire<z.output<typeof cliWire>>;
export type CliPart = NonNullable<CliWire["command"]>[number];
export type PythonWire = Wire<z.output<typeof pythonWire>>;
