import { ownOrigin } from "../../../src/core/run/model/origin.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { changed, type Bug } from "./bug.ts";

/** A run that was taken in from a file is one like any other. */
export const fileCountsForTrust: Bug = {
  name: "what a file says of nodes counts",
  breaks: ["trust"],
  needs: ({ acts }) => acts.some(({ does: { what } }) => what === "import"),
  plant: () => ({
    ring: (ring) =>
      changed(ring, {
        submit(submission) {
          if (!submission.restored) return ring.submit(submission);
          const { header, ...state } = decodeRun(submission.record);
          const own = { ...header, origin: ownOrigin(header) };
          return ring.submit({ ...submission, record: encodeRun({ ...state, header: own }) });
        },
      }),
  }),
};
