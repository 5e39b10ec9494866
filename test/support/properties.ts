import fc from "fast-check";

/**
 * Properties start from the same seed everywhere, so that a red build is red again on the next machine. Explore with
 * `PROPERTY_SEED=$RANDOM npm test`; a counterexample found that way becomes a test of its own.
 */
const chosen = Number(globalThis.process?.env?.["PROPERTY_SEED"] ?? "");
fc.configureGlobal({ seed: Number.isInteger(chosen) && chosen > 0 ? chosen : 20_261_121 });
