import { expect, it } from "vitest";
import type { EventMessage, ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import type { EventBus } from "../../../src/spi/event-bus.ts";

export const sampleWorkMessage = (segment = "a", text = "grün"): ExecuteMessage => ({
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
  readonly arrivedItems: () => Promise<readonly ExecuteMessage[]>;
  readonly arrivedEvents: () => Promise<readonly EventMessage[]>;
}

/** What every EventBus must do. */
export function eventBusContract(label: string, open: () => Promise<OpenBus>): void {
  it(`${label}: delivers what was published, to its own queue`, async () => {
    const { bus, arrivedItems, arrivedEvents } = await open();
    await bus.publishWork([sampleWorkMessage("a"), sampleWorkMessage("b")]);
    await bus.publishEvents([sampleEvent(7)]);
    await bus.publishWork([]);
    const segments = (await arrivedItems()).map(({ work: item }) => item.segment);
    expect(segments.sort()).toEqual(["a", "b"]);
    expect(await arrivedEvents()).toEqual([sampleEvent(7)]);
    expect(await arrivedItems()).toEqual([]);
  });

  it(`${label}: delivers copies`, async () => {
    const { bus, arrivedItems } = await open();
    const sent = sampleWorkMessage();
    await bus.publishWork([sent]);
    const [arrived] = await arrivedItems();
    expect(arrived).toEqual(sent);
    expect(arrived).not.toBe(sent);
    expect(arrived?.work.values).not.toBe(sent.work.values);
  });

  it(`${label}: delivers more messages than one batch takes`, async () => {
    const { bus, arrivedItems } = await open();
    const sent = Array.from({ length: 250 }, (_, n) => sampleWorkMessage(`s${n}`));
    await bus.publishWork(sent);
    const arrived = (await arrivedItems()).map(({ work: item }) => item.segment);
    expect(new Set(arrived)).toEqual(new Set(sent.map(({ work: item }) => item.segment)));
    expect(arrived).toHaveLength(250);
  });
}
