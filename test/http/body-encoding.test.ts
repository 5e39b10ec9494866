import { describe, expect, it } from "vitest";
import { gateway, problemOf, TOKEN } from "./gateway.ts";
import { ENVELOPE } from "./samples.ts";

const MAX = 1_048_576;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A body as a sender would compress it. */
async function packed(format: "gzip" | "deflate", body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const piped = body.pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

const streamOf = (text: string): ReadableStream<Uint8Array> => new Blob([text]).stream() as ReadableStream<Uint8Array>;

/** So many bytes of nothing. */
function zeros(total: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(1_048_576);
  let left = total;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk);
      left -= chunk.byteLength;
    },
  });
}

const sent = (encoding: string, body: Uint8Array | ReadableStream<Uint8Array>, made = gateway()) =>
  made.app.request("/v1/envelopes", {
    method: "POST",
    headers: {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "application/json",
      ...(encoding === "" ? {} : { "content-encoding": encoding }),
    },
    body,
    duplex: "half",
  } as RequestInit);

describe("a compressed body", () => {
  it.each([
    ["gzip", "gzip"],
    ["gzip", "X-GZIP"],
    ["deflate", "deflate"],
    ["deflate", " Deflate "],
  ] as const)("of %s, named %j, is inflated", async (format, encoding) => {
    const made = gateway();
    const text = JSON.stringify({ ...ENVELOPE, payload: { text: "é".repeat(100_000) } });
    const response = await sent(encoding, await packed(format, streamOf(text)), made);
    expect(response.status).toBe(200);
    expect(made.accepted[0]?.envelope.payload).toEqual({ text: "é".repeat(100_000) });
  });

  it("may have 1 MiB when it is inflated, and not one byte more", async () => {
    const filled = (length: number): string => {
      const empty = JSON.stringify({ ...ENVELOPE, payload: { filler: "" } });
      return JSON.stringify({ ...ENVELOPE, payload: { filler: "x".repeat(length - empty.length) } });
    };
    expect((await sent("gzip", await packed("gzip", streamOf(filled(MAX))))).status).toBe(200);
    expect((await sent("gzip", await packed("gzip", streamOf(filled(MAX + 1))))).status).toBe(413);
  });

  it.each(["gzip", "deflate"] as const)("of %s that stands for far more than it is is refused", async (format) => {
    const bomb = await packed(format, zeros(500 * MAX));
    expect(bomb.byteLength).toBeLessThan(MAX);
    expect(await problemOf(await sent(format, bomb))).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
  });

  it("is refused when it is not what it says, broken off or damaged", async () => {
    const whole = await packed("gzip", streamOf(JSON.stringify(ENVELOPE)));
    const damaged = Uint8Array.from(whole);
    damaged[whole.length - 6] = (damaged[whole.length - 6] ?? 0) ^ 1;
    const bodies: [string, Uint8Array][] = [
      ["gzip", bytesOf(JSON.stringify(ENVELOPE))],
      ["gzip", whole.subarray(0, whole.length - 9)],
      ["gzip", whole.subarray(0, 5)],
      ["gzip", damaged],
      ["gzip", new Uint8Array()],
      ["deflate", bytesOf("{}")],
    ];
    for (const [encoding, body] of bodies) {
      const made = gateway();
      const problem = await problemOf(await sent(encoding, body, made));
      expect(problem).toMatchObject({ status: 400, code: "BODY_UNREADABLE", place: "header content-encoding" });
      expect([made.accepted, made.logs]).toEqual([[], []]);
    }
  });

  it.each(["br", "zstd", "compress", "gzip, gzip", "x"])(
    "of %s is refused, and told what is taken",
    async (encoding) => {
      const response = await sent(encoding, bytesOf(JSON.stringify(ENVELOPE)));
      expect(await problemOf(response)).toMatchObject({
        status: 415,
        code: "UNSUPPORTED_MEDIA_TYPE",
        place: "header content-encoding",
      });
      expect(response.headers.get("accept-encoding")).toBe("gzip, deflate");
    },
  );

  it.each(["", "identity"])("encoded as %j is read as it is", async (encoding) => {
    expect((await sent(encoding, bytesOf(JSON.stringify(ENVELOPE)))).status).toBe(200);
  });
});

describe("a body that breaks off", () => {
  it("is the sender's doing: no failure, and no line in the log", async () => {
    const text = bytesOf(JSON.stringify(ENVELOPE));
    for (const before of [0, 10]) {
      let asked = 0;
      const made = gateway();
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (asked++ < before) controller.enqueue(text.subarray(asked, asked + 1));
            else controller.error(new TypeError("network connection lost"));
          },
        },
        { highWaterMark: 0 },
      );
      expect(await problemOf(await sent("", body, made))).toMatchObject({ status: 400, code: "BODY_UNREADABLE" });
      expect(made.logs).toEqual([]);
    }
  });
});
