import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Lifecycle } from "../../core/registry/node.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { readBlock } from "../../core/metadata/read.ts";
import type { BlockReading } from "../../core/metadata/reading.ts";
import { readDocument } from "../files/read-document.ts";
import { scanWorld } from "../files/scan-world.ts";
import { againstActive } from "./prove-folder.ts";
import { rootFor, writeFileWhole } from "../files/write-file.ts";
import { CommandFailure, type Shell, usageFailure } from "../shell.ts";
import { stampedText } from "../stamp/stamp-file.ts";

export interface LifecycleRequest {
  /** A node's folder, or a stamped file. */
  readonly target: string;
  readonly to: Lifecycle;
  readonly reason: string | undefined;
  /** A uuid, or the folder or file that has it. */
  readonly replacedBy: string | undefined;
}

export interface LifecycleMove {
  readonly path: string;
  readonly from: string | null;
  readonly to: Lifecycle;
  readonly changed: boolean;
}

const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/**
 * Moves a node's lifecycle in its metadata and stamps it; refused when the way does not exist or its reason is missing, and
 * on the way to active when the node does not do what its own examples say.
 */
export async function moveLifecycle(request: LifecycleRequest, shell: Shell): Promise<LifecycleMove> {
  const { path, absolute, text, reading } = stampedFileAt(request.target, shell.cwd);
  if (reading.hash === "mismatch") {
    throw new CommandFailure(`${path} was edited after it was stamped`, {
      hint: "look at the edit, then run `onex stamp`",
    });
  }
  const from = reading.fields["lifecycle"];
  const fields: JsonObject = {
    lifecycle: request.to,
    ...(request.reason === undefined ? {} : { archived_reason: request.reason }),
    ...(request.replacedBy === undefined ? {} : { deprecated_by: uuidOf(request.replacedBy, shell.cwd) }),
  };
  const world = scanWorld(dirname(absolute));
  const outcome = stampedText(text, path, world, {
    fields,
    author: null,
    now: shell.now(),
    uuid: shell.uuid(),
    adopt: "never",
  });
  switch (outcome.kind) {
    case "refused": {
      const list = outcome.problems.map(({ code, message }) => `${code} ${message}`);
      const [hint] = outcome.problems.map((one) => one.hint);
      throw new CommandFailure(`${path} stays ${typeof from === "string" ? from : "as it is"}:`, {
        list,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    case "skipped":
      throw new CommandFailure(`${path} has no metadata`, { hint: "stamp it with `onex stamp`" });
    case "stamped":
    case "unchanged":
      if (outcome.kind === "stamped" && request.to === "active" && from !== "active")
        await refuseUnproven({ path, metadata: outcome.text, world }, shell);
      if (outcome.kind === "stamped") writeFileWhole(absolute, outcome.text, { root: rootFor(absolute, shell.cwd) });
      return {
        path,
        from: typeof from === "string" ? from : null,
        to: request.to,
        changed: outcome.kind === "stamped",
      };
  }
}

async function refuseUnproven(node: Parameters<typeof againstActive>[0], shell: Shell): Promise<void> {
  const against = await againstActive(node, shell);
  const [hint] = against.flatMap((one) => one.hint ?? []);
  if (against.length === 0) return;
  throw new CommandFailure(`${node.path} cannot be active:`, {
    list: against.map(({ place, message }) => (place === undefined ? message : `${place}: ${message}`)),
    ...(hint === undefined ? {} : { hint }),
  });
}

interface StampedFile {
  readonly path: string;
  readonly absolute: string;
  readonly text: string;
  readonly reading: BlockReading;
}

function stampedFileAt(target: string, cwd: string): StampedFile {
  const given = resolve(cwd, target);
  const inFolder = [join(given, "node.onex.yaml"), join(given, ".onex")];
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const absolute = isFolder ? inFolder.find((one) => existsSync(one)) : given;
  if (absolute === undefined) throw usageFailure(`${target} is no node: it has no node.onex.yaml`);
  const content = readDocument(absolute);
  if (content.kind !== "text" || content.invalidLine !== null) {
    throw usageFailure(
      `${target} ${content.kind === "unreadable" ? `cannot be read: ${content.reason}` : "is no text"}`,
    );
  }
  const path = relative(cwd, absolute) || absolute;
  return { path, absolute, text: content.text, reading: readBlock(content.text, { path }) };
}

function uuidOf(given: string, cwd: string): string {
  if (UUID.test(given)) return given;
  const uuid = stampedFileAt(given, cwd).reading.fields["uuid"];
  if (typeof uuid !== "string" || !UUID.test(uuid)) throw usageFailure(`${given} has no uuid`);
  return uuid;
}
