import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { replaceBody } from "../../../src/core/scan/replace-body.ts";
import { LATER, NOW, OTHER_UUID, UUID } from "../metadata/support/blocks.ts";
import "../../support/properties.ts";

const first = { path: "a.md", now: NOW, uuid: UUID, author: "Tide Desk", fields: { description: "A page." } };
const later = { ...first, now: LATER, uuid: OTHER_UUID, fields: { description: "Another." } };

function replaced(text: string | null, body: string, options = first) {
  const outcome = replaceBody(text, body, options);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value;
}

describe("replaceBody", () => {
  it("stamps what has no block, renews the hash of another body, and leaves the same body alone", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const made = replaced(null, `# ${one}\n`);
        expect(readBlock(made.text).hash).toBe("verified");
        expect(replaced(made.text, `# ${one}\n`, later)).toEqual({ text: made.text, changed: false });
        const next = replaced(made.text, `# ${other}\n`, later);
        expect([next.changed, readBlock(next.text).hash]).toEqual([one !== other, "verified"]);
      }),
    );
  });

  it("keeps the identity and the fields of the block, and dates the new body", () => {
    const made = replaced(null, "# A\n");
    const next = replaced(made.text, "# B\n", later);
    expect(readBlock(next.text).fields).toMatchObject({
      uuid: UUID,
      created_at: NOW,
      last_modified_at: LATER,
      description: "A page.",
    });
    expect(next.text.endsWith("\n\n# B\n")).toBe(true);
  });

  it("mends a page that was edited by hand", () => {
    const made = replaced(null, "# A\n");
    const mended = replaced(`${made.text}edited\n`, "# A\n", later);
    expect(mended).toEqual({ text: made.text, changed: true });
  });
});
