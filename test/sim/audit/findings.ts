/** What must hold in every world, whatever goes wrong in it. */
export const INVARIANTS = {
  ends: "every run ends",
  rests: "a healed world comes to rest",
  fenced: "no outcome is committed under a stale lease",
  inTime: "no work is begun after its lease and committed",
  epochs: "epochs only grow, and a token is given once",
  bounded: "a failing step is tried a bounded number of times",
  released: "an ended run holds no lease and no timer",
  once: "a run begins once",
  final: "an ended run stays as it ended",
  kept: "what a client was told stays readable, the same",
  own: "an answer belongs to the request it answers",
  answered: "a message is acknowledged after what it asked for is done",
  handed: "a work item is handed over once, under its lease, and is on no queue",
  placed: "every index row points at its run's record",
  balanced: "every run that began is archived, indexed and of one record",
  trust: "trust equals its recomputation from the archive",
  whole: "every value a run refers to is there",
  copied: "an exported run is what it was",
  replayed: "a replay comes to what was recorded",
  seen: "a client sees what it has done to the registry",
  lasting: "what a step has come to stays",
  replanned: "a run changes its plan when nothing is under way, for the answer it waits for",
  fallback: "a run does not fail while another node could do the work",
  waves: "a wave goes out when the one before it has ended",
  limited: "no limit is ever passed by more than it allows",
  cached: "a cached result is what the node would come to",
  followed: "every envelope that follows a run is sent once",
  triggered: "every bus message is started once and answered",
  clean: "nothing is left behind",
  coded: "no raw exception leaves a component",
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** An invariant that did not hold, and where. */
export interface Finding {
  readonly invariant: Invariant;
  readonly detail: string;
}

/** Where audits report to. */
export class Findings {
  readonly all: Finding[] = [];

  add(invariant: Invariant, detail: string): void {
    this.all.push({ invariant, detail });
  }
}
