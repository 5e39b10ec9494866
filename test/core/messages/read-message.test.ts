import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redriven } from "../../../src/core/messages/queue-message.ts";
import { readMessage } from "../../../src/core/messages/read-message.ts";
import { sampleEvent, sampleWorkMessage } from "../../support/contracts/event-bus.ts";
import { archivedSummary, sampleSummary } from "../../support/contracts/run-index.ts";

const ID = "r00_00000000000000000000000000";
const work = { ...sampleWorkMessage(), work: { ...sampleWorkMessage().work, runId: ID } };
const started = { type: "started", version: 1, runs: [sampleSummary()] } as const;
const without = (message: object, ...path: readonly string[]): unknown => {
  const copy = structuredClone(message) as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  const owner = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy);
  delete owner[last];
  return copy;
};

describe("every message of ours is read", () => {
  it.each([work, { ...work, work: { ...work.work, values: null } }, sampleEvent(), started, { ...started, runs: [] }])(
    "%j",
    (message) => expect(readMessage(message)).toEqual({ ok: true, message }),
  );

  it("also when it says no version: then it is of the first", () => {
    expect(readMessage(without(work, "version"))).toEqual({ ok: true, message: work });
  });

  it("with whatever else it carries", () => {
    const richer = { ...work, hint: 1, work: { ...work.work, later: { deep: true } } };
    expect(readMessage(richer)).toEqual({ ok: true, message: richer });
  });

  it("also when it was taken out of the dead letters", () => {
    for (const message of [work, sampleEvent(), started]) {
      const again = redriven(message, { id: "m1", count: 2, retryCount: 7 });
      expect(readMessage(structuredClone(again))).toEqual({ ok: true, message: again });
    }
  });
});

describe("what is no message is told apart", () => {
  it.each([
    [null, "publisher_malformed", null],
    ["work", "publisher_malformed", null],
    [[work], "publisher_malformed", null],
    [{}, "publisher_malformed", null],
    [{ type: 7 }, "publisher_malformed", null],
    [{ type: "greeting", version: 1 }, "no_dispatcher", "greeting"],
    [{ type: "constructor", version: 1 }, "no_dispatcher", "constructor"],
    [{ type: "a\0b\ud800", version: 1 }, "no_dispatcher", "a\ufffdb\ufffd"],
    [{ ...work, version: 2 }, "valid_unrouted", "work"],
    [{ ...work, version: null }, "valid_unrouted", "work"],
    [{ ...sampleEvent(), version: "1" }, "valid_unrouted", "archive"],
    [without(work, "work"), "publisher_malformed", "work"],
    [without(work, "work", "runId"), "publisher_malformed", "work"],
    [{ ...work, work: { ...work.work, runId: "r00_1" } }, "publisher_malformed", "work"],
    [without(work, "work", "token"), "publisher_malformed", "work"],
    [without(work, "work", "expiresAt"), "publisher_malformed", "work"],
    [without(work, "work", "values"), "publisher_malformed", "work"],
    [{ ...work, work: { ...work.work, steps: [7] } }, "publisher_malformed", "work"],
    [{ ...sampleEvent(), ring: 256 }, "publisher_malformed", "archive"],
    [{ ...sampleEvent(), batch: "1" }, "publisher_malformed", "archive"],
    [without(started, "runs"), "publisher_malformed", "started"],
    [{ ...started, runs: [sampleSummary(), archivedSummary()] }, "publisher_malformed", "started"],
    [{ ...started, runs: [without(sampleSummary(), "revision")] }, "publisher_malformed", "started"],
    [{ ...work, redrive: { id: "m1" } }, "publisher_malformed", "work"],
    [{ ...work, redrive: null }, "publisher_malformed", "work"],
  ])("%j", (body, errorType, messageType) => {
    expect(readMessage(body)).toMatchObject({ ok: false, errorType, messageType });
  });

  it("whatever it is, without a word of what it holds", () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const reading = readMessage(body);
        if (!reading.ok) expect(reading.reason.length).toBeLessThan(120);
      }),
    );
    const secret = { ...work, work: { ...work.work, steps: "hunter2" } };
    expect(JSON.stringify(readMessage(secret))).not.toContain("hunter2");
  });
});
