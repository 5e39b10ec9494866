import { describe, expect, it } from "vitest";
import { guide } from "../../../src/cli/dev/guide.ts";

const facts = {
  url: "http://127.0.0.1:8787",
  varsFile: ".dev.vars",
  registration: {
    nodes: [
      { node: "noop@1.0.0", created: true },
      { node: "scaffold@1.0.0", created: false },
    ],
    registryVersion: "2.0",
  },
};

describe("the guide", () => {
  it("shows a token that was made just now", () => {
    const text = guide({ ...facts, token: { value: "secret-token", created: true } });
    expect(text).toContain("export ONEX_TOKEN=secret-token");
    expect(text).toContain("2 built-in nodes registered, 1 of them new");
  });

  it("never shows one that was there before, but says how to use it", () => {
    const text = guide({ ...facts, token: { value: "secret-token", created: false } });
    expect(text).not.toContain("secret-token");
    expect(text).toContain("export ONEX_TOKEN=$(sed -n 's/^ONEX_TOKEN=//p' .dev.vars)");
  });

  it("says how the command reaches the server, where that is not by itself", () => {
    const token = { value: "secret-token", created: false };
    expect(guide({ ...facts, token })).toContain("The command: npx onex --help. It takes");
    const elsewhere = guide({ ...facts, url: "http://127.0.0.1:8788", token });
    expect(elsewhere).toContain("The command: npx onex --help, with ONEX_URL=http://127.0.0.1:8788. It takes");
  });
});
