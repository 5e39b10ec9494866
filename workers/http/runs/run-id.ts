import { ringOf } from "../../../src/core/run/model/run-id.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { quoted } from "../../../src/core/text/clip.ts";
import type { AppContext } from "../request/context.ts";
import { pathParam } from "../route.ts";

/** The run id of the path, or null when no run can have it. */
export function runIdOf(c: AppContext): string | null {
  const id = pathParam(c, "id");
  return ringOf(id) === null ? null : id;
}

export const runNotFound = (c: AppContext): Fault =>
  fault("RUN_NOT_FOUND", `no run has the id ${quoted(pathParam(c, "id"))}`, {
    hint: "the answer to an envelope carries its run's id",
  });
