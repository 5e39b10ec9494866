import type { ReplayReport, RunSteered } from "../../../contracts/api/run-control.ts";
import type { RunSummaryView } from "../../../contracts/api/run.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { fault, faultOf, RuntimeHostError, type Fault } from "../../core/errors.ts";
import type { NodeArtifacts } from "../../core/registry/node.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { heardBefore, heardEvent } from "../../core/run/reduce/heard.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import { refsOf, sealSnapshot, type RunSnapshot } from "../../core/run/codec/snapshot.ts";
import { TERMINAL_RUN, type RunState } from "../../core/run/model/state.ts";
import { type Audience, audienceOf } from "../../core/run/wait/audience.ts";
import type { ControlEvent, RunCoordinator } from "../../spi/run-coordinator.ts";
import type { ExecutorPorts } from "../execute/executor.ts";
import { storeState } from "../execute/value-store.ts";
import { idleControl } from "../ring/idle-control.ts";
import { replayRun } from "./replay.ts";
import { unknownRun } from "./run-faults.ts";
import { importRun, type ImportPorts } from "./run-import.ts";
import { nodeTexts } from "./run-nodes.ts";
import type { RunReader } from "./run-reader.ts";
import { rerun, type RerunPorts, type RerunRequest } from "./run-rerun.ts";
import type { CallContext } from "../call-context.ts";

export interface RunControlPorts extends ExecutorPorts, RerunPorts, ImportPorts {
  readonly coordinator: RunCoordinator;
  readonly runs: RunReader;
}

type Answer<Told> = Promise<Result<Told, Fault>>;

/** Steering, repeating, replaying and moving runs. */
export interface RunControlService {
  /** INVALID_STATE when the run has ended or the event finds nobody; RUN_NOT_FOUND. The answer is the run's status. */
  control(call: CallContext, runId: string, event: ControlEvent): Answer<RunSteered>;
  /** As control with an event, whose payload may be large. */
  signal(
    call: CallContext,
    runId: string,
    name: string,
    payload: JsonValue,
    /** Makes repeated requests one event; null makes every request one of its own. */
    idempotencyKey?: string | null,
  ): Answer<RunSteered>;
  /** Begins a new run that repeats an ended one; answers its summary. */
  rerun(call: CallContext, runId: string, request: RerunRequest): Answer<RunSummaryView>;
  /** Executes an ended run again from its record and compares every hash; writes nothing. */
  replay(call: CallContext, runId: string): Answer<ReplayReport>;
  /** The run as one file, with the texts of the nodes it names or without; NODE_NOT_FOUND when one of those is not here. */
  exportRun(call: CallContext, runId: string, options?: { readonly withNodes?: boolean }): Answer<RunSnapshot>;
  /**
   * Takes an exported run in, under its own id; the same one twice changes nothing. Nodes that come with it are
   * registered as drafts: DUPLICATE_REGISTRATION when one of them is another node here.
   */
  importRun(call: CallContext, snapshot: JsonValue): Answer<RunSummaryView>;
}

export function runControlService(ports: RunControlPorts): RunControlService {
  const guarded = async <Told>(work: () => Answer<Told>): Answer<Told> => {
    try {
      return await work();
    } catch (thrown) {
      return err(faultOf(thrown, "the run could not be controlled"));
    }
  };
  return {
    control: ({ tenant }, id, event) => guarded(() => control(tenant, id, event, ports)),
    signal: ({ tenant }, id, name, payload, key = null) =>
      guarded(async () => {
        const { payload: stored } = await storeState(tenant, { payload }, ports);
        if (!stored) return err(unknownRun(id));
        const heard = key === null ? {} : { heard: heardEvent(key, name, payload) };
        return control(tenant, id, { type: "event", name, payload: stored, ...heard }, ports);
      }),
    rerun: (call, id, request) => guarded(() => rerun(call, id, request, ports)),
    replay: ({ tenant }, id) =>
      guarded(async () => ended(await ports.runs.read(tenant, id), id, (run) => replayRun(run, ports))),
    exportRun: ({ tenant }, id, { withNodes = false } = {}) =>
      guarded(async () => {
        const state = await ports.runs.read(tenant, id);
        const nodes = state && withNodes ? await nodeTexts(tenant, state, ports) : ok(null);
        return nodes.ok ? ended(state, id, (run) => seal(run, nodes.value, ports)) : nodes;
      }),
    importRun: (call, snapshot) => guarded(() => importRun(call, snapshot, ports)),
  };
}

async function control(tenant: string, id: string, event: ControlEvent, ports: RunControlPorts): Answer<RunSteered> {
  if (ringOf(id) === null) return err(unknownRun(id));
  const receipt = await ports.runs.asked(tenant, id, () => ports.coordinator.control(tenant, id, event));
  if (receipt === null) return err(unknownRun(id));
  if (receipt.kind === "known" && receipt.changed)
    return ok({ run_id: id, status: receipt.status, ...heardBy(receipt.audience) });
  const heard = event.type === "event" ? event.heard : undefined;
  const state = await ports.runs.read(tenant, id);
  if (!state) return err(unknownRun(id));
  const before = heard ? heardBefore(state.header, heard) : "no";
  if (before === "no") return err(idleControl(state, event));
  if (before !== "same" || event.type !== "event") return err(otherEvent(id));
  return ok({ run_id: id, status: state.header.status, ...heardBy(audienceOf(state, event.name, true)) });
}

/** Who hears an event, for its sender: a misspelt name is taken, since a step may yet wait for it, but nobody does. */
const heardBy = (audience: Audience | undefined): JsonObject =>
  audience === undefined ? {} : { heard_by: audience.steps, awaited: audience.awaited };

const otherEvent = (id: string): Fault =>
  fault("IDEMPOTENCY_CONFLICT", `run '${id}' has had another event under this idempotency key`, {
    place: "header idempotency-key",
    hint: "send the same name and payload as the first time, or use a new key",
  });

async function ended<Told>(state: RunState | null, id: string, use: (state: RunState) => Promise<Told>): Answer<Told> {
  if (!state) return err(unknownRun(id));
  if (TERMINAL_RUN.has(state.header.status)) return ok(await use(state));
  return err(
    fault("RUN_NOT_FINISHED", `run '${id}' is ${state.header.status}`, { hint: "wait for its end, or cancel it" }),
  );
}

async function seal(
  state: RunState,
  nodes: readonly NodeArtifacts[] | null,
  { blobs }: RunControlPorts,
): Promise<RunSnapshot> {
  const values: Record<string, string> = {};
  for (const { key, sha256 } of refsOf(state)) {
    const text = await blobs.get(key);
    if (text === null) throw new RuntimeHostError(fault("VALUE_UNAVAILABLE", `the stored value ${key} is missing`));
    values[sha256] = text;
  }
  return sealSnapshot(state, values, nodes);
}
