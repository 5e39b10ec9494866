/** Where a call stands in a distributed trace: a `traceparent` (W3C Trace Context, section 3.2). */
export type TraceParent = string;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace a caller names; null when there is none, and when it is malformed: the standard says to ignore that. */
export const readTrace = (header: string | undefined): TraceParent | null =>
  header !== undefined && TRACEPARENT.test(header) ? header : null;
