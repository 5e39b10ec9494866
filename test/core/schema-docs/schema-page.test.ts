import { describe, expect, it } from "vitest";
import { schemaPage } from "../../../src/core/schema-docs/schema-page.ts";

const SCHEMA = {
  title: "Tide table",
  description: "What <harbours> publish.",
  type: "object",
  required: ["port", "tides"],
  additionalProperties: false,
  properties: {
    port: { enum: ["Brest", "Calais"], type: "string", description: "Where | when." },
    unit: { default: "m", type: ["string", "null"] },
    tides: {
      type: "array",
      minItems: 1,
      items: { type: "object", required: ["at"], properties: { at: { type: "string", format: "date-time" } } },
    },
    notes: { type: "object", additionalProperties: { type: "object", properties: { text: { type: "string" } } } },
    station: { $ref: "#/$defs/Station" },
    height: { anyOf: [{ type: "number", minimum: 0, maximum: 20 }, { type: "null" }] },
  },
  examples: [{ port: "Brest" }],
  $defs: { Station: { type: "object", properties: { id: { type: "string", pattern: "^a|b$" } } } },
};

const row = (field: string): string | undefined =>
  schemaPage("tide-table", SCHEMA)
    .split("\n")
    .find((line) => line.startsWith(`| \`${field}\``));

describe("schemaPage", () => {
  it("tells field, type, whether it is required, default, allowed values and description", () => {
    expect(row("port")).toBe('| `port` | string | yes |  | `"Brest"`, `"Calais"` | Where \\| when. |');
    expect(row("unit")).toBe('| `unit` | string or null | no | `"m"` |  |  |');
    expect(row("height")).toBe("| `height` | number or null | no |  |  | 0 to 20. |");
  });

  it("goes into lists, maps and objects, and leaves definitions to a section of their own", () => {
    expect(row("tides")).toContain("list of object");
    expect(row("tides[].at")).toBe("| `tides[].at` | string (date-time) | yes |  |  |  |");
    expect(row("notes.*.text")).toContain("string");
    expect(row("station")).toContain("[Station](#station)");
    expect(schemaPage("tide-table", SCHEMA)).toContain("## Station\n\n| field");
    expect(row("id")).toContain("Matches `^a\\|b$`.");
  });

  it("is titled by the schema or else by its name, and keeps text from being taken for HTML", () => {
    const page = schemaPage("tide-table", SCHEMA);
    expect(page.startsWith("# Tide table\n\nWhat &lt;harbours> publish.\n")).toBe(true);
    expect(page).toContain("Further fields are refused.");
    expect(page).toContain('```json\n{\n  "port": "Brest"\n}\n```');
    expect(schemaPage("tide-table", { type: "string" })).toBe(
      "# Tide table\n\nSchema: `tide-table.schema.json`.\n\nType: string.\n",
    );
  });

  it("describes a schema that is one of its definitions", () => {
    const page = schemaPage("x", {
      $ref: "#/$defs/Tide",
      $defs: { Tide: { title: "Tide", type: "object", properties: { at: {} } } },
    });
    expect(page).toContain("# Tide\n");
    expect(page).toContain("| `at` | any | no |");
    expect(page).not.toContain("## Tide");
  });

  it("ends, for a schema that contains itself", () => {
    const tree = { type: "object", properties: { children: { type: "array", items: { $ref: "#/$defs/Tree" } } } };
    expect(schemaPage("tree", { $ref: "#/$defs/Tree", $defs: { Tree: tree } })).toContain("list of [Tree](#tree)");
  });
});
