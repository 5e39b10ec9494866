import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import type { LogFields } from "../../../src/spi/log.ts";
import { sampleSummary } from "../../support/contracts/run-index.ts";
import { curse, CURSED } from "../../support/cursed.ts";
import { effectNode, testEngine } from "../../support/engines.ts";

const TWICE = effectNode("twice", "text.in", "text.twice", (text) => `${text} ${text}`);
const GOAL = { want: ["text.twice"], given: { "text.in": "hey" } };
const DAY_MS = 24 * 60 * 60 * 1_000;
const ghost = (n: number) => runId(0, String(n).padStart(26, "0"));

describe("a sweep's search for ghosts", () => {
  it("passes a run in quarantine, and one whose ring does not answer, and says which", async () => {
    const spell = curse();
    const logged: LogFields[] = [];
    const made = await testEngine([TWICE], (ports) =>
      spell.ports({
        ...ports,
        log: { ...ports.log, warn: (_, fields) => void logged.push(fields) },
        coordinator: {
          ...ports.coordinator,
          read: (id) =>
            id === ghost(2)
              ? Promise.reject(new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "no answer")))
              : ports.coordinator.read(id),
        },
      }),
    );
    const sent = await made.send("goal.run", GOAL, { metadata: { tags: [CURSED] } });
    const aside = sent.ok ? sent.value.runId : "";
    await made.settle(60_000);
    const { index, quarantine } = made.engine.ports;
    const at = made.clock.now();
    await index.put([
      sampleSummary({ runId: aside, createdAt: at - 5 }),
      ...[1, 2, 3].map((n) => sampleSummary({ runId: ghost(n), createdAt: at + n })),
    ]);
    made.clock.advance(2 * DAY_MS);
    const report = await made.engine.sweep({ retention: { days: 0 } });
    expect(report).toMatchObject({ failed: ["forgotten_ghosts"] });
    expect(logged.filter(({ chore }) => chore === "forgotten_ghosts")).toMatchObject([
      { item: expect.stringContaining(ghost(2)) as string, code: "SERVICE_UNAVAILABLE" },
    ]);
    expect(await index.get("default", aside)).not.toBeNull();
    expect(await quarantine.find(aside)).not.toBeNull();
    for (const n of [1, 3]) expect(await index.get("default", ghost(n))).toBeNull();
  });
});

describe("a dead letter about a run in quarantine", () => {
  it("stays open, and fails no chore", async () => {
    const spell = curse();
    const made = await testEngine([TWICE], spell.ports);
    const sent = await made.send("goal.run", GOAL, { metadata: { tags: [CURSED] } });
    if (!sent.ok) throw new Error(sent.error.message);
    const { ports, services } = made.engine;
    const [delivery] = ports.bus.execute.pull(10);
    if (delivery) ports.bus.deadExecute.send([delivery.body]);
    await made.settle(60_000);
    const [letter] = await ports.deadLetters.ofRun("default", sent.value.runId);
    if (!letter) throw new Error("nothing died");
    await ports.deadLetters.redriven("default", letter.id, 1, made.clock.now());
    made.clock.advance(DAY_MS);
    expect((await made.engine.sweep({ retention: { days: 0 } })).failed).toEqual([]);
    const page = await services.deadLetters.get(
      { tenant: "default", principal: { kind: "token", name: "default" }, correlationId: "c", trace: null },
      letter.id,
    );
    expect(page).toMatchObject({
      standing: { kind: "unknown", reason: expect.stringContaining("quarantine") as string },
    });
  });
});
