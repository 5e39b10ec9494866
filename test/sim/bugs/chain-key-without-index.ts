import type { Bug } from "./bug.ts";

/** The envelopes of one list have one key together. */
export const chainKeyWithoutIndex: Bug = {
  name: "a chain's key leaves the place in its list out",
  breaks: ["followed"],
  plant: () => ({
    envelopes: (right) => ({
      accept(call, envelope, options) {
        const { metadata } = envelope;
        const key = metadata.idempotencyKey?.startsWith('["chain",')
          ? metadata.idempotencyKey.replace(/,\d+\]$/, "]")
          : metadata.idempotencyKey;
        return right.accept(call, { ...envelope, metadata: { ...metadata, idempotencyKey: key } }, options);
      },
    }),
  }),
};
