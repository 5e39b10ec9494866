import { readdirSync } from "node:fs";
import { basename, relative, resolve, sep } from "node:path";
import { localToken } from "../dev/token.ts";
import { isThere, makeFolderWith } from "../files/write-file.ts";
import { CommandFailure, systemReason, usageFailure } from "../shell.ts";
import { nodeFiles } from "./node-files.ts";
import { projectFiles, type ProjectFacts } from "./project-files.ts";

/** What is to be made, and where. */
export interface InitRequest extends Omit<ProjectFacts, "name"> {
  readonly folder: string;
  /** The folder's own name when left out. */
  readonly name?: string | undefined;
  readonly cwd: string;
  readonly author: string | null;
  readonly uuid: string;
  readonly now: string;
}

/** A project as it was made. */
export interface MadeProject {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Relative to it. */
  readonly files: readonly string[];
}

/** Names of Workers, queues, buckets and packages are all of these letters; queues get a word more, of 63 in all. */
const NAME = /^[a-z][a-z0-9-]{0,39}(?<!-)$/;

/**
 * Writes a project: all of it or nothing. Throws CommandFailure for a name that cannot be one, a place outside of the
 * working folder or behind a link, a folder with anything in it, and a place that cannot be written.
 */
export function initProject({ folder, cwd, ...request }: InitRequest): MadeProject {
  const path = resolve(cwd, folder);
  const inside = relative(cwd, path);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`))
    throw new CommandFailure(`${folder} is not below ${cwd}`, {
      code: "INVALID_PARAMETER",
      hint: "go to the folder that is to hold the project, and name a new one in it",
    });
  const name = request.name ?? basename(path);
  if (!NAME.test(name))
    throw usageFailure(
      `${JSON.stringify(name)} is no name of a project`,
      "a letter, then at most 39 of a-z, 0-9 and -; --name gives it another name than its folder",
    );
  if (isThere(path, cwd)) refuseFull(path, folder);
  const files = { ...projectFiles({ ...request, name }), ...nodeFiles(request) };
  makeFolderWith(path, files, cwd, { mayBeEmpty: true });
  localToken(`${path}${sep}.dev.vars`);
  return { name, path, files: [...Object.keys(files), ".dev.vars"].sort() };
}

function refuseFull(path: string, folder: string): void {
  const refusal = (message: string, hint: string): CommandFailure =>
    new CommandFailure(`${folder} ${message}`, { code: "FILE_UNWRITABLE", hint });
  let entries: readonly string[];
  try {
    entries = readdirSync(path);
  } catch (thrown) {
    throw refusal(`cannot be looked into: ${systemReason(thrown)}`, "name a folder that is not there yet");
  }
  if (entries.length > 0)
    throw refusal(`is not empty and is left as it is`, "name a folder that is not there yet, or an empty one");
}
