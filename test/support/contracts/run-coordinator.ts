import { expect, it } from "vitest";
import { fault } from "../../../src/core/errors.ts";
import { begin } from "../../../src/core/run/reduce/begin.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import type { ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import type { RunCoordinator, Submission } from "../../../src/spi/run-coordinator.ts";
import { sketchPlan, type StepSketch } from "../plans.ts";
import { REQUEST, success } from "../runs.ts";

export interface CoordinatorWorld {
  readonly coordinator: RunCoordinator;
  /** Work items the rings have published since the last call. */
  published(): Promise<readonly ExecuteMessage["work"][]>;
}

let runs = 0;
const freshId = () => runId(runs % 3, String(++runs).padStart(26, "0"));

function submission(id: string, sketches: readonly StepSketch[], requestHash = ""): Submission {
  const request = { ...REQUEST, id, requestHash, idempotencyKey: requestHash === "" ? null : "key" };
  const state = begin(request, sketchPlan(sketches), { in: { v: "x" } }, 0);
  return { runId: id, requestHash, keyed: requestHash !== "", finished: null, record: encodeRun(state) };
}

const answerTo = (item: ExecuteMessage["work"]) => ({
  runId: item.runId,
  segment: item.segment,
  token: item.token,
  results: item.steps.map(({ id }) => ({ step: id, outcome: success(id) })),
});

/** What every run coordinator does, whatever its rings are made of. */
export function runCoordinatorContract(label: string, open: () => Promise<CoordinatorWorld>): void {
  const statusOf = async ({ coordinator }: CoordinatorWorld, id: string) =>
    decodeRun((await coordinator.read(id)) ?? "null").header.status;

  it(`${label}: a run is dispatched, answered and read`, async () => {
    const world = await open();
    const id = freshId();
    expect(await world.coordinator.submit(submission(id, [{ id: "a" }, { id: "b", needs: ["a"] }]))).toEqual({
      kind: "accepted",
      record: null,
    });
    for (let i = 0; i < 2; i++) {
      const items = (await world.published()).filter((item) => item.runId === id);
      await world.coordinator.answer(items.map(answerTo));
    }
    expect(await statusOf(world, id)).toBe("succeeded");
  });

  it(`${label}: answers of many rings are given in one call`, async () => {
    const world = await open();
    const ids = [freshId(), freshId(), freshId()];
    for (const id of ids) await world.coordinator.submit(submission(id, [{ id: "a" }]));
    const items = (await world.published()).filter((item) => ids.includes(item.runId));
    await world.coordinator.answer(items.map(answerTo));
    for (const id of ids) expect(await statusOf(world, id)).toBe("succeeded");
  });

  it(`${label}: what an answer makes ready is leased to who has room for it, by each ring`, async () => {
    const world = await open();
    const { coordinator } = world;
    const ids = [freshId(), freshId()];
    const fan = [{ id: "a" }, ...["b", "c", "d"].map((step) => ({ id: step, needs: ["a"] }))];
    for (const id of ids) await coordinator.submit(submission(id, fan));
    const published = async () => (await world.published()).filter((item) => ids.includes(item.runId));
    const handed = await coordinator.answer((await published()).map(answerTo), { take: 2 });
    for (const id of ids) expect(handed.filter((item) => item.runId === id)).toHaveLength(2);
    for (const { runId: id, segment, token } of handed) expect(await coordinator.holds(id, segment, token)).toBe(true);
    const others = (await published()).filter(({ token }) => !handed.some((item) => item.token === token));
    expect(others.map(({ segment }) => segment)).toEqual(["d", "d"]);
    expect(await coordinator.answer([...handed, ...others].map(answerTo))).toEqual([]);
    for (const id of ids) expect(await statusOf(world, id)).toBe("succeeded");
  });

  it(`${label}: the same submission again is a duplicate with the run, another one a conflict`, async () => {
    const { coordinator } = await open();
    const id = freshId();
    const first = submission(id, [{ id: "a" }], "hash");
    await coordinator.submit(first);
    expect(await coordinator.submit(first)).toMatchObject({ kind: "duplicate", record: expect.any(String) });
    expect(await coordinator.submit({ ...first, requestHash: "other" })).toEqual({ kind: "conflict" });
  });

  it(`${label}: a caller that waits gets the ended run`, async () => {
    const world = await open();
    const id = freshId();
    const waiting = world.coordinator.submit({ ...submission(id, [{ id: "a" }]), waitMs: 20_000 });
    let items: readonly ExecuteMessage["work"][] = [];
    while (items.length === 0) items = (await world.published()).filter((item) => item.runId === id);
    await world.coordinator.answer(items.map(answerTo));
    const receipt = await waiting;
    expect(receipt).toMatchObject({ kind: "accepted" });
    expect(receipt.kind === "accepted" && decodeRun(receipt.record ?? "null").header.status).toBe("succeeded");
  });

  it(`${label}: values go to the holder of the lease only`, async () => {
    const world = await open();
    const id = freshId();
    await world.coordinator.submit(submission(id, [{ id: "a" }]));
    const [item] = (await world.published()).filter((one) => one.runId === id);
    expect(await world.coordinator.values(id, "a", item?.token ?? "")).toEqual({ "|in": { v: "x" } });
    expect(await world.coordinator.values(id, "a", "a.0")).toBeNull();
  });

  it(`${label}: an undeliverable work item goes out again`, async () => {
    const world = await open();
    const id = freshId();
    await world.coordinator.submit(submission(id, [{ id: "a" }]));
    const [item] = (await world.published()).filter((one) => one.runId === id);
    const problem = fault("UNDELIVERABLE", "lost");
    await world.coordinator.undeliverable([{ runId: id, segment: "a", token: item?.token ?? "", fault: problem }]);
    expect((await world.published()).filter((one) => one.runId === id)).toMatchObject([{ epoch: 2 }]);
  });

  it(`${label}: control reaches a run of its tenant and no other`, async () => {
    const { coordinator } = await open();
    const id = freshId();
    await coordinator.submit(submission(id, [{ id: "a" }]));
    const cancel = { type: "cancel", reason: "enough" } as const;
    expect(await coordinator.control("stranger", id, cancel)).toEqual({ kind: "unknown" });
    expect(await coordinator.control("default", id, cancel)).toEqual({
      kind: "known",
      changed: true,
      status: "cancelled",
    });
    expect(await coordinator.control("default", id, cancel)).toEqual({
      kind: "known",
      changed: false,
      status: "cancelled",
    });
  });

  it(`${label}: tells the large values of every run that is there, whatever it waits for`, async () => {
    const { coordinator } = await open();
    const ids = [freshId(), freshId(), freshId()];
    const keys = ids.map((id) => `values/default/2026-01-01/${id}`);
    for (const [i, id] of ids.entries()) {
      const small = submission(id, [{ id: "a" }]);
      const state = decodeRun(small.record);
      const given = { in: { ref: { key: keys[i] ?? "", sha256: "0".repeat(64), bytes: 70_000 } } };
      await coordinator.submit({ ...small, record: encodeRun({ ...state, given }) });
    }
    await coordinator.control("default", ids[1] ?? "", { type: "pause" });
    await coordinator.submit(submission(freshId(), [{ id: "a" }]));
    const held = (await coordinator.liveValues()).filter(({ key }) => key.includes("2026-01-01"));
    expect(held.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
      keys.toSorted().map((key) => ({ tenant: "default", key })),
    );
  });

  it(`${label}: a lease holds until its run is over`, async () => {
    const world = await open();
    const id = freshId();
    await world.coordinator.submit(submission(id, [{ id: "a" }]));
    const [item] = (await world.published()).filter((one) => one.runId === id);
    const holds = (token: string) => world.coordinator.holds(id, "a", token);
    expect([await holds(item?.token ?? ""), await holds("a.0")]).toEqual([true, false]);
    await world.coordinator.control("default", id, { type: "cancel", reason: "enough" });
    expect(await holds(item?.token ?? "")).toBe(false);
    expect(await world.coordinator.holds(freshId(), "a", "a.1")).toBe(false);
  });

  it(`${label}: a limit's call reaches who waits for it, and says who does not`, async () => {
    const world = await open();
    const [waits, other] = [freshId(), freshId()];
    for (const id of [waits, other]) await world.coordinator.submit(submission(id, [{ id: "a" }]));
    const items = (await world.published()).filter(({ runId: id }) => id === waits || id === other);
    const deferred = { by: "node a", retryInMs: 3_600_000 };
    await world.coordinator.answer(
      items.map((item) => (item.runId === other ? answerTo(item) : { ...answerTo(item), results: [], deferred })),
    );
    const holder = (id: string) => ({ runId: id, segment: "a" });
    const idle = await world.coordinator.admit([holder(other), holder(waits), holder(freshId())]);
    expect(idle.map(({ runId: id }) => id)).not.toContain(waits);
    expect(idle.map(({ runId: id }) => id)).toContain(other);
    expect(idle).toHaveLength(2);
    expect((await world.published()).filter((one) => one.runId === waits)).toMatchObject([{ epoch: 2 }]);
  });

  it(`${label}: an unknown run is null, and what is no run id is refused`, async () => {
    const { coordinator } = await open();
    expect(await coordinator.read(freshId())).toBeNull();
    expect(await coordinator.batch(0, 12)).toBeNull();
    await expect(coordinator.read("nonsense")).rejects.toMatchObject({ fault: { code: "RUN_NOT_FOUND" } });
  });
}
