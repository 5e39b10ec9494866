import type { JsonObject, JsonValue } from "../../../contracts/json.ts";
import { fault, faultOf, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { encodeRun } from "../../core/run/codec.ts";
import { valueHash } from "../../core/run/hash.ts";
import { rerunOf } from "../../core/run/rerun.ts";
import { keyedRunId, ringOf, runId } from "../../core/run/run-id.ts";
import { moveValues, openSnapshot, refsOf, sealSnapshot } from "../../core/run/snapshot.ts";
import { TERMINAL_RUN, type RunState } from "../../core/run/state.ts";
import { summarizeRun } from "../../core/run/view.ts";
import type { Ids } from "../../spi/clock.ts";
import type { ControlEvent, RunCoordinator } from "../../spi/run-coordinator.ts";
import { storeState, type ExecutorPorts } from "./executor.ts";
import { replayRun } from "./replay.ts";
import type { RunReader } from "./run-reader.ts";
import type { RerunRequest, RunControlService } from "./services.ts";

export interface RunControlPorts extends ExecutorPorts {
  readonly coordinator: RunCoordinator;
  readonly runs: RunReader;
  readonly ids: Ids;
}

type Answer = Promise<Result<JsonObject, Fault>>;

/** Steering, repeating, replaying and moving runs. `rings` is how many there are. */
export function runControlService(ports: RunControlPorts, rings: number): RunControlService {
  const guarded = async (work: () => Answer): Answer => {
    try {
      return await work();
    } catch (thrown) {
      return err(faultOf(thrown, "the run could not be controlled"));
    }
  };
  return {
    control: (tenant, id, event) => guarded(() => control(tenant, id, event, ports)),
    signal: (tenant, id, name, payload) =>
      guarded(async () => {
        const { payload: stored } = await storeState(tenant, { payload }, ports);
        return stored ? control(tenant, id, { type: "event", name, payload: stored }, ports) : err(unknownRun(id));
      }),
    rerun: (tenant, id, request, correlationId) =>
      guarded(() => rerun(tenant, id, request, correlationId, ports, rings)),
    replay: (tenant, id) =>
      guarded(async () => ended(await ports.runs.read(tenant, id), id, (run) => replayRun(run, ports))),
    exportRun: (tenant, id) =>
      guarded(async () => ended(await ports.runs.read(tenant, id), id, (run) => seal(run, ports))),
    importRun: (tenant, snapshot) => guarded(() => importRun(tenant, snapshot, ports)),
  };
}

async function control(tenant: string, id: string, event: ControlEvent, ports: RunControlPorts): Answer {
  if (ringOf(id) === null) return err(unknownRun(id));
  const receipt = await ports.coordinator.control(tenant, id, event);
  if (receipt.kind === "known") {
    if (receipt.changed) return ok({ run_id: id, status: receipt.status });
    return err(idle(id, receipt.status, event));
  }
  const archived = await ports.runs.read(tenant, id);
  return err(archived ? idle(id, archived.header.status, event) : unknownRun(id));
}

/** The event came too late, or to nobody. */
function idle(id: string, status: string, event: ControlEvent): Fault {
  if (event.type === "approve") {
    return fault("INVALID_STATE", `step '${event.step}' of run '${id}' waits for no approval`, {
      hint: `the run is ${status}`,
    });
  }
  return fault("INVALID_STATE", `run '${id}' is ${status}; ${event.type} changes nothing`, {
    hint: `GET /v1/runs/${id} shows it`,
  });
}

const taken = (id: string): Fault =>
  fault("IDEMPOTENCY_CONFLICT", `another request has the run id '${id}'`, { hint: "send another idempotency key" });

const unknownRun = (id: string): Fault => fault("RUN_NOT_FOUND", `there is no run '${id}'`);

async function ended(state: RunState | null, id: string, use: (state: RunState) => Promise<JsonObject>): Answer {
  if (!state) return err(unknownRun(id));
  if (TERMINAL_RUN.has(state.header.status)) return ok(await use(state));
  return err(
    fault("RUN_NOT_FINISHED", `run '${id}' is ${state.header.status}`, { hint: "wait for its end, or cancel it" }),
  );
}

async function rerun(
  tenant: string,
  id: string,
  request: RerunRequest,
  correlationId: string,
  ports: RunControlPorts,
  rings: number,
): Answer {
  const original = await ports.runs.read(tenant, id);
  if (!original) return err(unknownRun(id));
  const now = ports.clock.now();
  const { operation, sourceNode, tags } = original.header;
  const { from, downstream, idempotencyKey: key } = request;
  const keyed = key === null ? null : keyedRunId(tenant, JSON.stringify([id, key]), rings);
  const identity = {
    id: keyed ?? runId(ports.ids.ring(rings), ports.ids.ulid(now)),
    tenant,
    operation,
    correlationId,
    envelopeId: ports.ids.uuid(),
    sourceNode,
    idempotencyKey: key,
    requestHash: key === null ? "" : valueHash({ id, from, downstream, given: request.given }),
    tags,
  };
  const stray = Object.keys(request.given).find((key) => !original.plan.given.includes(key));
  if (stray !== undefined) {
    return err(
      fault("INVALID_PARAMETER", `run '${id}' was not given '${stray}'`, {
        place: `$.given[${JSON.stringify(stray)}]`,
        hint: `it was given ${original.plan.given.join(", ") || "nothing"}`,
      }),
    );
  }
  const given = await storeState(tenant, request.given, ports);
  const repeated = rerunOf(original, identity, { from, downstream, given, plan: null }, now);
  if (!repeated.ok) return repeated;
  const { kind } = await ports.coordinator.submit({
    runId: identity.id,
    requestHash: identity.requestHash,
    keyed: key !== null,
    finished: false,
    record: encodeRun(repeated.value),
  });
  if (kind === "accepted") return ok(summarizeRun(repeated.value));
  const first = kind === "duplicate" ? await ports.runs.read(tenant, identity.id) : null;
  return first ? ok(summarizeRun(first)) : err(taken(identity.id));
}

async function seal(state: RunState, { blobs }: RunControlPorts): Promise<JsonObject> {
  const values: Record<string, string> = {};
  for (const { key, sha256 } of refsOf(state)) {
    const text = await blobs.get(key);
    if (text === null) throw new RuntimeHostError(fault("VALUE_UNAVAILABLE", `the stored value ${key} is missing`));
    values[sha256] = text;
  }
  return { ...sealSnapshot(state, values) };
}

async function importRun(tenant: string, snapshot: JsonValue, ports: RunControlPorts): Answer {
  const opened = openSnapshot(snapshot);
  if (!opened.ok) return opened;
  const { id, tenant: owner, requestHash } = opened.value.state.header;
  if (owner !== tenant) return err(fault("INVALID_PARAMETER", `run '${id}' belongs to another tenant`));
  const known = await ports.runs.read(tenant, id);
  if (known) return ok(summarizeRun(known));
  const placed = await storeState(tenant, Object.fromEntries(opened.value.values), ports);
  const state = moveValues(opened.value.state, new Map(Object.entries(placed)));
  const record = encodeRun(state);
  const { kind } = await ports.coordinator.submit({ runId: id, requestHash, keyed: false, finished: true, record });
  return kind === "conflict" ? err(taken(id)) : ok(summarizeRun(state));
}
