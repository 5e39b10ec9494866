import { fault, RuntimeHostError } from "../../../core/errors.ts";
import { MAX_RINGS, ringOf } from "../../../core/run/model/run-id.ts";
import { released } from "../../../core/run/quarantine/quarantine.ts";
import type { WorkItem } from "../../../core/run/dispatch/work-item.ts";
import type { RunCoordinator } from "../../../spi/run-coordinator.ts";
import type { RingFace } from "../../../spi/ring-face.ts";

/** Rings in process. `open` makes or finds the ring of a number below `rings`. */
export function memoryRunCoordinator(open: (ring: number) => RingFace, rings = MAX_RINGS): RunCoordinator {
  const of = (id: string): RingFace => {
    const ring = ringOf(id);
    if (ring === null) throw new RuntimeHostError(fault("RUN_NOT_FOUND", `'${id}' is not a run id`));
    return open(ring);
  };
  return {
    submit: async (submission) => released(submission.runId, await of(submission.runId).submit(submission)),
    answer: async (answers, handOver) => {
      const handed: WorkItem[] = [];
      for (const [ring, own] of Map.groupBy(answers, ({ runId }) => of(runId)))
        handed.push(...(await ring.answer(own, handOver)));
      return handed;
    },
    undeliverable: async (items) => {
      for (const [ring, own] of Map.groupBy(items, ({ runId }) => of(runId))) await ring.undeliverable(own);
    },
    replanned: async (answer) => of(answer.runId).replanned(answer),
    read: async (id) => released(id, await of(id).read(id)),
    wait: async (id, timeoutMs) => released(id, await of(id).wait(id, timeoutMs)),
    watch: async (tenant, id, after, timeoutMs) => released(id, await of(id).watch(tenant, id, after, timeoutMs)),
    control: async (tenant, id, event) => released(id, await of(id).control(tenant, id, event)),
    values: async (id, segment, token) => of(id).values(id, segment, token),
    holds: async (id, segment, token) => of(id).holds(id, segment, token),
    standing: async (id, segment, token) => of(id).standing(id, segment, token),
    report: async (answer) => of(answer.runId).report(answer),
    progress: async (report) => of(report.runId).progress(report),
    admit: async (called) => {
      const idle = await Promise.all(
        [...Map.groupBy(called, ({ runId }) => of(runId))].map(([ring, own]) => ring.admit(own)),
      );
      return idle.flat();
    },
    liveValues: async () => {
      const all = Array.from({ length: rings }, async (_, ring) => open(ring).liveValues());
      return (await Promise.all(all)).flat();
    },
    batch: async (ring, batch) => open(ring).batch(batch),
    archived: async (ring, batch, remainder) => open(ring).archived(batch, remainder),
    quarantined: async (ring, of) => open(ring).quarantined(of),
    raw: async (id) => of(id).raw(id),
    retry: async (id) => of(id).retry(id),
    end: async (id, request) => of(id).end(id, request),
  };
}
