/** A DAG without content: for each step the steps whose values it takes, all of them earlier in the list. */
export interface Shape {
  readonly slug: string;
  readonly name: string;
  readonly before: readonly (readonly number[])[];
}

/** Steps one after the other. */
export const chain = (steps: number): readonly (readonly number[])[] =>
  Array.from({ length: steps }, (_, step) => (step === 0 ? [] : [step - 1]));

/** One step, then `width` abreast, then one that takes all their values. */
export const fan = (width: number): readonly (readonly number[])[] => [
  [],
  ...Array.from({ length: width }, () => [0]),
  Array.from({ length: width }, (_, lane) => lane + 1),
];

/** Each step takes the values of one to three of the twelve before it; the same DAG for the same seed. */
export function randomDag(steps: number, seed: number): readonly (readonly number[])[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: steps }, (_, step) => {
    const near = Math.min(step, 12);
    const chosen = new Set(Array.from({ length: near === 0 ? 0 : 1 + below(3) }, () => step - 1 - below(near)));
    return [...chosen].sort((a, b) => a - b);
  });
}

/** Every shape of the benchmark, smallest first. */
export const SHAPES: readonly Shape[] = [
  { slug: "chain-3", name: "3-step chain", before: chain(3) },
  { slug: "chain-10", name: "10-step chain", before: chain(10) },
  { slug: "fan-10", name: "10 abreast between 1 and 1", before: fan(10) },
  { slug: "dag-100", name: "100-step random DAG", before: randomDag(100, 7) },
];

/** Which steps wait for a step. */
export function dependentsOf(before: Shape["before"]): readonly (readonly number[])[] {
  const after: number[][] = before.map(() => []);
  before.forEach((sources, step) => {
    for (const source of sources) after[source]?.push(step);
  });
  return after;
}

/** What to say to somebody who asks for a shape that does not exist. */
export const unknownShape = (slug: string | null): RangeError =>
  new RangeError(`there is no shape '${slug ?? ""}', only ${SHAPES.map((shape) => shape.slug).join(", ")}`);
