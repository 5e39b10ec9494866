import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { RingRuns } from "../../../src/app/ring/runs.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import { REQUEST } from "../runs.ts";
import { sketchPlan } from "../plans.ts";
import { moves, onlyPlan, RandomRun, starts, type Start, type Turn } from "../random-run.ts";

/** Opens the place where runs are stored, as a ring finds it after an eviction. The one opened last is used. */
type Open = () => RingStore;

const ID = REQUEST.id;
const REFUSAL = "planned";

/** Runs as a ring stores them; what becomes of them is told by the caller. */
class StoredRuns {
  readonly #open: Open;
  #store: RingStore;
  runs: RingRuns;

  constructor(open: Open) {
    this.#open = open;
    this.#store = open();
    this.#store.remove(ID);
    this.runs = new RingRuns(this.#store);
  }

  get logRows(): number {
    return this.#store.read(ID).filter(({ part }) => part.startsWith("s")).length;
  }

  evict(): void {
    this.#store = this.#open();
    this.runs = new RingRuns(this.#store);
  }

  save({ state, transition }: Turn): void {
    this.#store.transaction(() => this.runs.save(state, transition, null));
    this.runs.remember(state);
  }

  /** The transaction is rolled back, and what is in memory goes with it. */
  refuse({ state, transition }: Turn): void {
    const refused = () =>
      this.#store.transaction(() => {
        this.runs.save(state, transition, null);
        throw new Error(REFUSAL);
      });
    expect(refused).toThrow(REFUSAL);
    this.runs = new RingRuns(this.#store);
    this.load();
  }

  load(): RunState {
    const state = this.runs.load(ID);
    if (state === null) throw new Error("the run is lost");
    return state;
  }
}

/** What a ring that stores runs finds again. `use` runs a check with a store that may hold something. */
export function ringRunsContract(
  label: string,
  use: (check: (open: Open) => void) => Promise<void>,
  numRuns = 100,
): void {
  const chaos = fc.array(fc.constantFrom("live", "live", "evict", "refuse"), { minLength: 1, maxLength: 20 });
  const sizes = fc.array(fc.constantFrom(0, 0, 10, 3_000, 20_000), { minLength: 1, maxLength: 9 });

  describe(`runs in ${label}`, () => {
    it("are as they were decided, after evictions and refused transactions anywhere", () =>
      use((open) => {
        fc.assert(
          fc.property(starts, moves, chaos, sizes, (start, world, fates, lengths) => {
            const stored = new StoredRuns(open);
            let turn = 0;
            const onTurn = (decided: Turn): RunState => {
              const fate = fates[turn++ % fates.length];
              // The first time there is nothing to fall back on.
              if (fate === "refuse" && turn > 1) stored.refuse(decided);
              stored.save(decided);
              if (fate === "evict") stored.evict();
              const record = encodeRun(decided.state);
              expect(stored.runs.record(ID)).toBe(record);
              const state = stored.load();
              expect(encodeRun(state)).toBe(record);
              expect(state.activity).toEqual(decided.state.activity);
              return state;
            };
            let made = 0;
            new RandomRun(start, onTurn, () => lengths[made++ % lengths.length] ?? 0).play(world);
          }),
          { numRuns },
        );
      }));

    it("of values longer than a row come back whole, and their log is folded in time", () =>
      use((open) => {
        const stored = new StoredRuns(open);
        let folded = 0;
        let before = 0;
        let turn = 0;
        const onTurn = (decided: Turn): RunState => {
          stored.save(decided);
          if (stored.logRows < before) folded++;
          before = stored.logRows;
          if (++turn % 3 === 0) stored.evict();
          expect(stored.runs.record(ID)).toBe(encodeRun(decided.state));
          return stored.load();
        };
        new RandomRun(chainOf(20), onTurn, (step) => (step < "s13" ? 600_002 : 0)).play(["succeed"]);
        expect(stored.load().header.status).toBe("succeeded");
        expect(folded).toBeGreaterThan(0);
      }));

    it("are stored over whatever was left of them, when they were forgotten before they are saved", () =>
      use((open) => {
        const stored = new StoredRuns(open);
        new RandomRun(chainOf(20), (turn) => (stored.save(turn), turn.state)).play(["succeed", "succeed"]);
        expect(stored.logRows).toBeGreaterThan(0);
        stored.runs.forget(ID);
        const small = new RandomRun(chainOf(1), ({ state }) => state);
        const turn = { state: small.state, transition: transitionOf(small.state) };
        stored.save(turn);
        stored.evict();
        expect(stored.runs.record(ID)).toBe(encodeRun(small.state));
      }));
  });
}

const chainOf = (size: number): Start =>
  onlyPlan(sketchPlan(Array.from({ length: size }, (_, i) => ({ id: `s${i}`, needs: i > 0 ? [`s${i - 1}`] : [] }))));

/** As when the run goes on with this plan. */
const transitionOf = (state: RunState): Turn["transition"] => ({
  header: state.header,
  segments: [...state.segments.values()],
  plan: state.plan,
  openSteps: state.openSteps,
  nextSeq: state.nextSeq,
  activity: state.activity,
  intents: [],
});
