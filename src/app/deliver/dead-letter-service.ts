import type {
  DeadLetterPage,
  DeadLetterView,
  RedriveOutcome as RedriveReport,
} from "../../../contracts/api/dead-letters.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { DeadLetter } from "../../core/dead-letters/dead-letter.ts";
import { deadLetterEntry } from "../../core/dead-letters/entry.ts";
import { readMessage } from "../../core/messages/read-message.ts";
import type { DeadLetterQuery } from "../../core/dead-letters/query.ts";
import { fault, faultOf, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { encodeCursor, type PageRequest } from "../../core/search/position.ts";
import type { RunState } from "../../core/run/model/state.ts";
import { viewRun, wireFault } from "../../core/run/views/view.ts";
import { isoTimeOrNull } from "../../core/run/model/time.ts";
import type { CallContext } from "../call-context.ts";
import { redriveLetter, payloadOf, type RedriveOutcome, type RedrivePorts } from "./dead-letter-redrive.ts";
import { standingOf } from "./message-table.ts";
import type { Listing } from "../runs/run-search.ts";

/** What operators may do with dead letters. */
export interface DeadLetterService {
  search(call: CallContext, query: DeadLetterQuery, page: PageRequest): Promise<Listing<DeadLetterView>>;
  /** One entry, with how its run and steps stand now; null when there is none. */
  get(call: CallContext, id: string): Promise<DeadLetterPage | null>;
  /** The message as it arrived. DEAD_LETTER_NOT_FOUND; VALUE_UNAVAILABLE when it is not there any more. */
  payload(call: CallContext, id: string): Promise<Result<JsonValue, Fault>>;
  /** DEAD_LETTER_NOT_FOUND; DEAD_LETTER_UNREADABLE; what the bus refuses with. */
  redrive(call: CallContext, id: string): Promise<Result<RedriveReport, Fault>>;
  /** What came of each, in the order given. */
  redriveAll(call: CallContext, ids: readonly string[]): Promise<readonly RedriveReport[]>;
  /** As redriveAll with one page of what a query finds. */
  redriveMatching(call: CallContext, query: DeadLetterQuery, page: PageRequest): Promise<Listing<RedriveReport>>;
}

export function deadLetterService(ports: RedrivePorts): DeadLetterService {
  const { deadLetters } = ports;
  const redriven = async (tenant: string, ids: readonly string[]): Promise<readonly RedriveReport[]> => {
    const outcomes: RedriveReport[] = [];
    for (const id of ids) {
      const letter = await deadLetters.get(tenant, id);
      outcomes.push(letter ? outcomeEntry(id, await redriveLetter(letter, ports)) : unknownEntry(id));
    }
    return outcomes;
  };
  return {
    async search({ tenant }, query, page) {
      const { items, next } = await deadLetters.search(tenant, query, page);
      return { items: items.map(deadLetterEntry), next: next && encodeCursor(next) };
    },
    async get({ tenant }, id) {
      const letter = await deadLetters.get(tenant, id);
      return letter && { ...deadLetterEntry(letter), ...(await surroundings(letter, ports)) };
    },
    async payload({ tenant }, id) {
      const letter = await deadLetters.get(tenant, id);
      if (!letter) return err(notFound(id));
      const payload = await payloadOf(letter, ports);
      return payload === undefined ? err(gone(letter)) : ok(payload);
    },
    async redrive({ tenant }, id) {
      const letter = await deadLetters.get(tenant, id);
      if (!letter) return err(notFound(id));
      const outcome = await redriveLetter(letter, ports);
      return "fault" in outcome ? err(outcome.fault) : ok(outcomeEntry(id, outcome));
    },
    redriveAll: ({ tenant }, ids) => redriven(tenant, ids),
    async redriveMatching({ tenant }, query, page) {
      const { items, next } = await deadLetters.search(tenant, query, page);
      const results = await redriven(
        tenant,
        items.map(({ id }) => id),
      );
      return { items: results, next: next && encodeCursor(next) };
    },
  };
}

/** How the run and the steps of a lost work item stand now, and whether the message still matters. */
async function surroundings(
  letter: DeadLetter,
  ports: RedrivePorts,
): Promise<Pick<DeadLetterPage, "standing" | "run">> {
  try {
    const payload = await payloadOf(letter, ports);
    const reading = readMessage(payload);
    const unreadable = payload === undefined ? "its message is not stored any more" : reading.ok ? "" : reading.reason;
    const standing = reading.ok
      ? await standingOf(reading.message, ports)
      : { kind: "unreadable" as const, reason: unreadable };
    const state = letter.runId === null ? null : await ports.runs.read(letter.tenant, letter.runId);
    return { standing: { ...standing }, run: state && runOf(state, letter) };
  } catch (thrown) {
    return { standing: { kind: "unknown", reason: faultOf(thrown, "it could not be found out").message }, run: null };
  }
}

function runOf(state: RunState, { work: item }: DeadLetter): DeadLetterPage["run"] {
  const lost = new Set(item?.steps.map(({ id }) => id));
  const { steps } = viewRun(state);
  return {
    run_id: state.header.id,
    status: state.header.status,
    finished_at: isoTimeOrNull(state.header.finishedAt),
    error: state.header.fault && wireFault(state.header.fault),
    steps: steps.filter(({ id }) => lost.has(id)),
  };
}

const outcomeEntry = (id: string, outcome: RedriveOutcome): RedriveReport => ({
  id,
  outcome: outcome.kind,
  reason: outcome.reason,
  error: "fault" in outcome ? wireFault(outcome.fault) : null,
});

const unknownEntry = (id: string): RedriveReport => {
  const problem = notFound(id);
  return { id, outcome: "unknown", reason: problem.message, error: wireFault(problem) };
};

const notFound = (id: string): Fault =>
  fault("DEAD_LETTER_NOT_FOUND", `there is no dead letter ${JSON.stringify(id)}`, {
    hint: "GET /v1/dead-letters lists them all",
  });

const gone = ({ id }: DeadLetter): Fault =>
  fault("VALUE_UNAVAILABLE", `the message of dead letter '${id}' is not stored any more`, { retryable: false });
