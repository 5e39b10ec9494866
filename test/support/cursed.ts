import { reduce } from "../../src/core/run/reduce/reduce.ts";
import type { MemoryPorts } from "../../src/embedded/memory-engine.ts";

/** A reducer that throws for every run with this tag, once it has started, until it is mended. */
export const CURSED = "cursed";

export interface Curse {
  /** Ports of an engine whose rings decide with it. */
  readonly ports: (ports: MemoryPorts) => MemoryPorts;
  isMended: boolean;
}

/** A mistake in the reducer, as one release has it and the next has not. */
export function curse(): Curse {
  const decide: typeof reduce = (state, event, now, leases) => {
    if (!made.isMended && event.type !== "start" && state.header.tags.includes(CURSED))
      throw new RangeError("Maximum call stack size exceeded");
    return reduce(state, event, now, leases);
  };
  const made: Curse = {
    isMended: false,
    ports(ports) {
      const deciding = { ...ports, decide };
      return deciding;
    },
  };
  return made;
}
