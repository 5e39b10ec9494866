import { expect, it } from "vitest";
import type { EventMessage, ExecuteMessage } from "../../../src/core/run/dispatch/work.ts";
import type { EventBus } from "../../../src/spi/event-bus.ts";

export const sampleWork = (segment = "a", text = "grün"): ExecuteMessage => ({
  type: "work",
  version: 1,
  work: {
    runId: "r00_1",
    tenant: "default",
    correlationId: "11111111-1111-4111-8111-111111111111",
    segment,
    token: "t1",
    epoch: 1,
    expiresAt: 60_000,
    steps: [],
    values: { "|in": { v: text } },
  },
});

export const sampleEvent = (batch = 1): EventMessage => ({ type: "archive", version: 1, ring: 31, batch });

export interface OpenBus {
  readonly bus: EventBus;
  /** Everything that arrived since the last call, in any order. */
  readonly arrivedWork: () => Promise<readonly ExecuteMessage[]>;
  readonly arrivedEvents: () => Promise<readonly EventMessage[]>;
}

/** What every EventBus must do. */
export function eventBusContract(label: string, open: () => Promise<OpenBus>): void {
  it(`${label}: delivers what was published, to its own queue`, async () => {
    const { bus, arrivedWork, arrivedEvents } = await open();
    await bus.publishWork([sampleWork("a"), sampleWork("b")]);
    await bus.publishEvents([sampleEvent(7)]);
    await bus.publishWork([]);
    const segments = (await arrivedWork()).map(({ work }) => work.segment);
    expect(segments.sort()).toEqual(["a", "b"]);
    expect(await arrivedEvents()).toEqual([sampleEvent(7)]);
    expect(await arrivedWork()).toEqual([]);
  });

  it(`${label}: delivers copies`, async () => {
    const { bus, arrivedWork } = await open();
    const sent = sampleWork();
    await bus.publishWork([sent]);
    const [arrived] = await arrivedWork();
    expect(arrived).toEqual(sent);
    expect(arrived).not.toBe(sent);
    expect(arrived?.work.values).not.toBe(sent.work.values);
  });

  it(`${label}: delivers more messages than one batch takes`, async () => {
    const { bus, arrivedWork } = await open();
    const sent = Array.from({ length: 250 }, (_, n) => sampleWork(`s${n}`));
    await bus.publishWork(sent);
    const arrived = (await arrivedWork()).map(({ work }) => work.segment);
    expect(new Set(arrived)).toEqual(new Set(sent.map(({ work }) => work.segment)));
    expect(arrived).toHaveLength(250);
  });
}
