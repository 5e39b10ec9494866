import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { eventsOf, inputsOf } from "../../../src/cli/run/inputs.ts";
import { jsonOrText } from "../../../src/cli/run/json-or-text.ts";
import { requestIn } from "../../../src/cli/run/request-file.ts";
import { EXIT, type Shell } from "../../../src/cli/shell.ts";

const cwd = mkdtempSync(join(tmpdir(), "onex-run-"));
afterAll(() => rmSync(cwd, { recursive: true }));

/** Writes a file into the test's folder; gives its name. */
function file(name: string, text: string): string {
  writeFileSync(join(cwd, name), text);
  return name;
}

const read = (text: string, inputs: JsonObject = {}) =>
  requestIn("-", inputs, { cwd, stdin: () => Promise.resolve(text) } as Shell);
const usage = (message: unknown) => expect.objectContaining({ exitCode: EXIT.usage, message });

describe("what a file asks for", () => {
  it.each([
    ['{"want":["a.b"],"given":{"x":1}}', "goal.run"],
    ["want: [a.b]\ngiven: {x: 1}\n", "goal.run"],
    ["steps:\n  - {id: a, node: noop}\n", "graph.run"],
    ["node: noop\ninput: {}\n", "node.execute"],
    ['{"operation":"goal.run","payload":{"want":["a.b"]}}', "goal.run"],
  ])("%s is %s", async (text, operation) => {
    const request = await read(text);
    expect(request).toMatchObject({ kind: "envelope", envelope: { operation, source_node: "onex-command" } });
  });

  it("an envelope keeps what it says of itself", async () => {
    const text = JSON.stringify({ source_node: "me", operation: "x.y", payload: {}, metadata: { tags: ["t"] } });
    expect(await read(text)).toMatchObject({ envelope: { source_node: "me", metadata: { tags: ["t"] } } });
  });

  it("an exported run is one to be run again, with other values if there are some", async () => {
    const snapshot = { format: "onex-run/1", run_id: "r" };
    expect(await read(JSON.stringify(snapshot), { a: 1 })).toEqual({ kind: "snapshot", snapshot, given: { a: 1 } });
  });

  it("values of the command line go before the file's", async () => {
    expect(await read('{"want":["a.b"],"given":{"x":1,"y":2}}', { x: 3 })).toMatchObject({
      envelope: { payload: { given: { x: 3, y: 2 } } },
    });
    expect(await read('{"want":["a.b"],"given":["x"]}', { x: 3 })).toMatchObject({
      envelope: { payload: { given: { x: 3 } } },
    });
    expect(await read("node: noop\n", { x: 3 })).toMatchObject({ envelope: { payload: { input: { x: 3 } } } });
  });

  it.each([
    ["", "standard input holds nothing to run"],
    ["7", "standard input holds nothing to run"],
    ["{}", "standard input holds nothing to run"],
    ["a: [", expect.stringMatching(/^standard input:1: /)],
    ['{"operation":7,"payload":{},"want":["a.b"],"metadata":7}', undefined],
    ['{"operation":"x","payload":7}', expect.stringMatching(/^standard input is no envelope: payload: /)],
    [
      '{"operation":"x","payload":{},"on_sucess":[]}',
      "standard input is no envelope: on_sucess: not known here (did you mean 'on_success'?)",
    ],
  ])("%j is refused, or read for what it is", async (text, message) => {
    if (message === undefined) expect(await read(text)).toMatchObject({ envelope: { operation: "goal.run" } });
    else await expect(read(text)).rejects.toEqual(usage(message));
  });

  it("JSON with a fault is refused with its place, a file that is not there with its reason", async () => {
    const shell = { cwd } as Shell;
    const bad = file("bad.json", '{\n  "want": [,]\n}\n');
    await expect(requestIn(bad, {}, shell)).rejects.toEqual(usage("bad.json:2:12: a value or ] was expected"));
    await expect(requestIn("nowhere.json", {}, shell)).rejects.toEqual(usage("nowhere.json: it does not exist"));
  });
});

describe("values of the command line", () => {
  it("are JSON where they are JSON, else text", () => {
    expect(inputsOf(["a.b=7", 'a.c="7"', "a.d=seven", "a.e=", "a.f=x=y", 'a.g={"h":[null]}'], { cwd })).toEqual({
      "a.b": 7,
      "a.c": "7",
      "a.d": "seven",
      "a.e": "",
      "a.f": "x=y",
      "a.g": { h: [null] },
    });
    expect([jsonOrText("true"), jsonOrText("True"), jsonOrText("")]).toEqual([true, "True", ""]);
  });

  it("are a file's text, or what a JSON file says", () => {
    file("notes.md", "# 7\n");
    file("value.json", "[7]\n");
    expect(inputsOf(["a=@notes.md", "b=@value.json"], { cwd })).toEqual({ a: "# 7\n", b: [7] });
  });

  it.each(["novalue", "=7", "a b=7", "a=@nowhere"])("%s is refused", (text) => {
    expect(() => inputsOf([text], { cwd })).toThrow(usage(expect.any(String)));
  });

  it("events may have a payload", () => {
    expect(eventsOf(["paid", "paid=7", "paid=x"]).map(({ payload }) => payload)).toEqual([null, 7, "x"]);
    expect(() => eventsOf(["=7"])).toThrow(usage(expect.any(String)));
  });
});
