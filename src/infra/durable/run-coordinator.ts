import { fault, RuntimeHostError } from "../../core/errors.ts";
import { MAX_RINGS, ringOf } from "../../core/run/model/run-id.ts";
import type { RunId } from "../../core/run/model/state.ts";
import { released, type Quarantined } from "../../core/run/quarantine/quarantine.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RingFace, Told } from "../../spi/ring-face.ts";
import { answered, type Objects } from "./objects.ts";

/** The object name of a ring. */
export const ringName = (ring: number): string => `ring-${ring.toString(16).padStart(2, "0")}`;

/** The number in a ring object's name; null for any other name. */
export function ringNumber(name: string | undefined): number | null {
  const match = /^ring-([0-9a-f]{2})$/.exec(name ?? "");
  return match?.[1] === undefined ? null : Number.parseInt(match[1], 16);
}

/** Rings as Durable Objects, one a ring number. */
export function durableRunCoordinator(rings: Objects): RunCoordinator {
  const at = (ring: number): RingFace => rings.getByName(ringName(ring)) as RingFace;
  const ringFor = (id: RunId): RingFace => at(requireRing(id));
  /** What a ring says of a run, unless that is in quarantine. */
  const held = async <T>(id: RunId, ask: (ring: RingFace) => Told<T | Quarantined>): Promise<T> =>
    released(id, await call(async () => ask(ringFor(id))));
  return {
    submit: (submission) => held(submission.runId, (ring) => ring.submit(submission)),
    answer: (answers, handOver) => eachRing(answers, (ring, own) => at(ring).answer(own, handOver)),
    undeliverable: async (items) => {
      await eachRing(items, async (ring, own) => {
        await at(ring).undeliverable(own);
        return [];
      });
    },
    replanned: (answer) => call(async () => ringFor(answer.runId).replanned(answer)),
    read: (id) => held(id, (ring) => ring.read(id)),
    wait: (id, timeoutMs) => held(id, (ring) => ring.wait(id, timeoutMs)),
    watch: (tenant, id, after, timeoutMs) => held(id, (ring) => ring.watch(tenant, id, after, timeoutMs)),
    control: (tenant, id, event) => held(id, (ring) => ring.control(tenant, id, event)),
    values: (id, segment, token) => call(async () => ringFor(id).values(id, segment, token)),
    holds: (id, segment, token) => call(async () => ringFor(id).holds(id, segment, token)),
    standing: (id, segment, token) => call(async () => ringFor(id).standing(id, segment, token)),
    report: (answer) => call(async () => ringFor(answer.runId).report(answer)),
    progress: (report) => call(async () => ringFor(report.runId).progress(report)),
    admit: (called) => eachRing(called, (ring, own) => at(ring).admit(own)),
    liveValues: () =>
      call(async () => {
        const answers = await Promise.all(Array.from({ length: MAX_RINGS }, async (_, ring) => at(ring).liveValues()));
        return answers.flat();
      }),
    batch: (ring, batch) => call(async () => at(ring).batch(batch)),
    archived: (ring, batch, remainder) => call(async () => at(ring).archived(batch, remainder)),
    quarantined: (ring, of) => call(async () => at(ring).quarantined(of)),
    raw: (id) => call(async () => ringFor(id).raw(id)),
    retry: (id) => call(async () => ringFor(id).retry(id)),
    end: (id, request) => call(async () => ringFor(id).end(id, request)),
  };
}

function requireRing(id: RunId): number {
  const ring = ringOf(id);
  if (ring === null) throw new RuntimeHostError(fault("RUN_NOT_FOUND", `'${id}' is not a run id`));
  return ring;
}

/** One call a ring, all at once; everything they answer together. */
async function eachRing<T extends { readonly runId: RunId }, R>(
  items: readonly T[],
  send: (ring: number, own: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const groups = Map.groupBy(items, ({ runId }) => requireRing(runId));
  const answers = await Promise.all([...groups].map(([ring, own]) => call(() => send(ring, own))));
  return answers.flat();
}

const call = <T>(send: () => Promise<T>): Promise<T> => answered("the ring that holds this run", send);
