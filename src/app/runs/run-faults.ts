import { fault, type Fault } from "../../core/errors.ts";

export const unknownRun = (id: string): Fault => fault("RUN_NOT_FOUND", `there is no run '${id}'`);

/** Another request, under the same key or an id of its own making, has the run's id. */
export const takenId = (id: string): Fault =>
  fault("IDEMPOTENCY_CONFLICT", `another request has the run id '${id}'`, { hint: "send another idempotency key" });

/** The request came before; its run was deleted, or is too old to be kept, and its key is not forgotten yet. */
export const deletedKey = (key: string, id: string): Fault =>
  fault("RUN_DELETED", `the idempotency key '${key}' began run '${id}', which has been deleted`, {
    hint: "use a new key to run it again",
  });
