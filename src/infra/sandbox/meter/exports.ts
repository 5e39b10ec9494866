/** What a metered binary exports beside its own: mutable globals, set before a call and read after it. */
export const METER_EXPORTS = {
  /** 64 bits: units of fuel that are left. Below zero it traps. */
  fuel: "fuel",
  /** 32 bits: bytes of the host's stack that may be taken yet. Below zero it traps. */
  stack: "stack",
  /** 32 bits: the size of the heap in pages as the binary sees it, whatever its memory's. */
  heap: "heap",
} as const;
