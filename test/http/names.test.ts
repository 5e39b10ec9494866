import { describe, expect, it } from "vitest";
import { gateway } from "./gateway.ts";

/** Everything of a document that names a member, with where it stands. */
function members(value: unknown, place: string): readonly (readonly [string, string, unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const within = members(inner, `${place}/${key}`);
    if (key !== "properties" || typeof inner !== "object" || inner === null) return within;
    return [...Object.entries(inner).map(([name, schema]) => [name, place, schema] as const), ...within];
  });
}

const document: unknown = await (await gateway().app.request("/openapi.json")).json();
const all = members(document, "");

describe("names on the wire", () => {
  it("are snake_case, all of them", () => {
    const others = all.filter(([name]) => !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name));
    expect(all.length).toBeGreaterThan(300);
    expect([...new Set(others.map(([name, place]) => `${name} at ${place}`))]).toEqual([]);
  });

  it("that end in _at are texts, as ISO 8601 is, and no numbers", () => {
    const moments = all.filter(([name]) => name.endsWith("_at"));
    const numbers = moments.filter(([, , schema]) => /"(?:integer|number)"/.test(JSON.stringify(schema)));
    expect(moments.length).toBeGreaterThan(5);
    expect(numbers.map(([name, place]) => `${name} at ${place}`)).toEqual([]);
  });

  it("have one word for a run's id and for the next page", () => {
    const others = all.filter(([name]) => /^(?:run|next_page|next_cursor|page_token)_?(?:id|token)?$/.test(name));
    expect([...new Set(others.map(([name]) => name))].sort()).toEqual(["run", "run_id"]);
  });
});
