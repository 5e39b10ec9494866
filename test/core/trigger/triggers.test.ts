import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { readMessage } from "../../../src/core/messages/read-message.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import { buildSnapshot } from "../../../src/core/registry/snapshot.ts";
import { entrypointFaults } from "../../../src/core/registry/entrypoint-rules.ts";
import { requestOf } from "../../../src/core/trigger/request.ts";
import { chooseTakers, MOST_TAKERS } from "../../../src/core/trigger/takers.ts";
import { groupOfTopic, requestTopic } from "../../../src/core/trigger/topic.ts";
import { readTrigger, type Trigger } from "../../../src/core/trigger/trigger.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { ALL_SERVED } from "../../support/served.ts";

const MESSAGE = {
  topic: "node.exec.request.texts",
  trigger_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  idempotent_key: "k",
  source: "agent",
};
const triggerOf = (changes: JsonObject = {}): Trigger => {
  const read = readTrigger({ ...MESSAGE, input: { "document.text": "x" }, ...changes });
  if (!read.ok) throw new Error(read.error.fault.message);
  return read.value;
};
const TEXT = { schema: { type: "string" }, optional: false } as const;
const node = (name: string, changes: Partial<NodeDefinition> = {}) => sampleNode({ name, group: "texts", ...changes });
const snapshotOf = (nodes: readonly NodeDefinition[]) => buildSnapshot("1.0", nodes, new Map());
const namesOf = (trigger: Trigger, nodes: readonly NodeDefinition[]) => {
  const choice = chooseTakers(trigger, snapshotOf(nodes), ALL_SERVED);
  return choice.ok ? choice.value.takers : choice.error.errorType;
};

describe("reading a message", () => {
  it("takes any object without a throw", () => {
    const member = fc.constantFrom(
      ...Object.keys(MESSAGE),
      "schema_version",
      "node",
      "want",
      "input",
      "tags",
      "on_success",
    );
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue()), fc.boolean(), (changes, whole) => {
        const read = readTrigger({ ...(whole ? MESSAGE : {}), ...changes });
        if (!read.ok) expect(read.error.fault.message).not.toBe("");
      }),
    );
  });

  it("has a hash of what is asked, whoever asks and under whichever name", () => {
    const { hash } = triggerOf();
    expect(triggerOf({ trigger_id: MESSAGE.trigger_id.replace("6", "7"), idempotent_key: "l", source: "b" }).hash).toBe(
      hash,
    );
    expect(triggerOf({ input: { "document.text": "y" } }).hash).not.toBe(hash);
    expect(triggerOf({ tags: ["a"] }).hash).not.toBe(hash);
  });

  it("is told from other messages by its topic, and keeps its tenant when it is wrapped", () => {
    expect(readMessage(MESSAGE)).toEqual({
      ok: true,
      message: { type: "trigger", version: 1, tenant: "default", principal: "host:queue", trigger: MESSAGE },
    });
    const wrapped = { type: "trigger", version: 1, tenant: "other", trigger: MESSAGE };
    expect(readMessage(wrapped)).toEqual({ ok: true, message: wrapped });
    expect(readMessage({ ...wrapped, trigger: [] })).toMatchObject({ ok: false, errorType: "publisher_malformed" });
    expect(readMessage({ ...wrapped, version: 2 })).toMatchObject({ ok: false, errorType: "valid_unrouted" });
  });

  it("finds the group of a topic, and of nothing else", () => {
    expect(groupOfTopic(requestTopic("a-b_1"))).toBe("a-b_1");
    for (const topic of [
      "node.exec.request.",
      "node.exec.request.A",
      "node.exec.request.a\n",
      "node.exec.result.a",
      "x",
    ]) {
      expect(groupOfTopic(topic)).toBeNull();
    }
  });
});

describe("choosing who takes a message", () => {
  it("asks the nodes of the group that are active, trusted, tagged and provided for", () => {
    const nodes = [
      node("b"),
      node("a"),
      node("other_group", { group: "other" }),
      node("draft", { lifecycle: "draft" }),
      node("distrusted", { declaredTrust: 0.1 }),
      node("needy", { inputs: { "document.text": TEXT, "document.more": TEXT } }),
      node("modest", { inputs: { "document.more": { ...TEXT, optional: true } } }),
      node("plain", { tags: [] }),
    ];
    expect(namesOf(triggerOf({ min_trust: 0.4 }), nodes)).toEqual([
      "a@1.0.0",
      "b@1.0.0",
      "modest@1.0.0",
      "plain@1.0.0",
    ]);
    expect(namesOf(triggerOf({ tags: ["text"], min_trust: 0.4 }), nodes)).not.toContain("plain@1.0.0");
  });

  it("takes the newest version of a name that may run", () => {
    const nodes = [node("a"), node("a", { version: "1.1.0" }), node("a", { version: "2.0.0", lifecycle: "draft" })];
    expect(namesOf(triggerOf(), nodes)).toEqual(["a@1.1.0"]);
    expect(namesOf(triggerOf({ node: "a" }), nodes)).toEqual(["a@1.1.0"]);
  });

  it("does not depend on the order of registration, and is bounded", () => {
    const nodes = Array.from({ length: 40 }, (_, i) => node(`n${String(i).padStart(2, "0")}`));
    const expected = nodes.slice(0, MOST_TAKERS).map(({ name }) => `${name}@1.0.0`);
    fc.assert(
      fc.property(fc.shuffledSubarray(nodes, { minLength: nodes.length }), (shuffled) => {
        expect(chooseTakers(triggerOf(), snapshotOf(shuffled), ALL_SERVED)).toEqual({
          ok: true,
          value: { takers: expected, leftOut: 8 },
        });
      }),
      { numRuns: 20 },
    );
  });

  it("says which kind of dead letter a message without taker is", () => {
    expect(namesOf(triggerOf(), [])).toBe("no_dispatcher");
    expect(namesOf(triggerOf({ tags: ["nope"] }), [node("a")])).toBe("valid_unrouted");
    expect(namesOf(triggerOf({ node: "b" }), [node("a"), node("b", { group: null })])).toBe("valid_unrouted");
    expect(namesOf(triggerOf({ node: "a" }), [node("a", { lifecycle: "draft" })])).toBe("valid_unrouted");
    expect(namesOf(triggerOf({ want: ["x.y"] }), [node("a")])).toEqual([null]);
  });
});

describe("what a taker is asked", () => {
  it("is a goal within the group that may tighten the default trust and not loosen it", () => {
    const policyOf = (minTrust: number) => {
      const request = requestOf(triggerOf({ want: ["a.b"], min_trust: minTrust }), null, snapshotOf([]));
      return request.ok ? request.value.payload["policy"] : null;
    };
    expect(policyOf(0)).toEqual({ groups: { allow: ["texts"] }, min_trust: 0.3 });
    expect(policyOf(0.7)).toEqual({ groups: { allow: ["texts"] }, min_trust: 0.7 });
  });

  it("is handed what it knows when it selected itself, and everything when it was named", () => {
    const input = { "document.text": "x", "document.more": "y" };
    const snapshot = snapshotOf([node("a")]);
    expect(requestOf(triggerOf({ input }), "a@1.0.0", snapshot)).toMatchObject({
      value: { payload: { version: "1.0.0", input: { "document.text": "x" } } },
    });
    expect(requestOf(triggerOf({ input, node: "a" }), "a@1.0.0", snapshot)).toMatchObject({
      value: { payload: { input } },
    });
    expect(requestOf(triggerOf(), "gone@1.0.0", snapshot)).toMatchObject({ error: { code: "NODE_NOT_FOUND" } });
  });

  it("is, of a trigger node, whatever that starts, with its constants and what the message brings", () => {
    const starting = (starts: JsonObject) =>
      node("on_text", { entrypoint: { type: "trigger", target: "texts" }, outputs: {}, config: { starts } });
    const asked = (starts: JsonObject) => requestOf(triggerOf(), "on_text@1.0.0", snapshotOf([starting(starts)]));
    expect(asked({ node: "count", version: "^1.0.0", input: { "count.unit": "words" } })).toEqual({
      ok: true,
      value: {
        operation: "node.execute",
        payload: { node: "count", version: "^1.0.0", input: { "count.unit": "words", "document.text": "x" } },
      },
    });
    expect(asked({ want: ["a.b"], given: { "document.text": "constant" } })).toEqual({
      ok: true,
      value: { operation: "goal.run", payload: { want: ["a.b"], given: { "document.text": "x" } } },
    });
  });
});

describe("the contract of a trigger node", () => {
  const entrypoint = { type: "trigger", target: "texts" };
  const faultsOf = (contract: { config: JsonObject; group?: string; outputs?: JsonObject }) =>
    entrypointFaults(
      entrypoint,
      { metadata: "", contract: "" },
      { outputs: {}, group: null, graph: null, call: null, remote: null, ...contract } as never,
      "node.onex.yaml",
    ).map(({ place }) => place);

  it.each([
    [{ config: { starts: { node: "a" } }, group: "texts" }, []],
    [{ config: { starts: { want: ["a.b"] }, group: "texts", tags: ["x"] } }, []],
    [{ config: { starts: { want: ["a.b"] }, topic: "node.exec.request.texts" } }, []],
    [{ config: { starts: { node: "a" } } }, ["contract.yaml:$.config.group"]],
    [{ config: {}, group: "texts" }, ["contract.yaml:$.config.starts"]],
    [{ config: { starts: { node: "a" }, group: "Bad Group" } }, ["contract.yaml:$.config.group"]],
    [
      { config: { starts: { node: "a" } }, group: "texts", outputs: { "a.b": {} } },
      ["contract.yaml:$.output_contract"],
    ],
  ])("%j", (contract, places) => {
    expect(faultsOf(contract)).toEqual(places);
  });
});
