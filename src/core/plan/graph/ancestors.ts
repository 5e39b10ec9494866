/** A set of vertices that is compared by identity: equal sets are the same object. */
export interface VertexSet {
  readonly size: number;
  readonly words: Uint32Array;
}

/**
 * Sets of "heavy" vertices, interned. Unions that were made before are looked up, so graphs whose vertices share their
 * ancestors (nearly all) cost one lookup an edge; the rest costs a bit vector.
 */
export class VertexSets {
  readonly empty: VertexSet;
  readonly #byHash = new Map<number, VertexSet[]>();
  readonly #unions = new Map<VertexSet, Map<VertexSet, VertexSet>>();

  constructor(vertices: number) {
    this.empty = { size: 0, words: new Uint32Array(Math.ceil(vertices / 32)) };
    this.#byHash.set(hashOf(this.empty.words), [this.empty]);
  }

  with(set: VertexSet, vertex: number): VertexSet {
    const words = set.words.slice();
    words[vertex >>> 5] = (words[vertex >>> 5] ?? 0) | (1 << (vertex & 31));
    return this.#intern(words);
  }

  union(a: VertexSet, b: VertexSet): VertexSet {
    if (a === b || b.size === 0) return a;
    if (a.size === 0) return b;
    // Most unions are one of the two: telling so makes no new set.
    if (b.size <= a.size ? holds(a, b) : holds(b, a)) return b.size <= a.size ? a : b;
    let row = this.#unions.get(a);
    if (!row) this.#unions.set(a, (row = new Map<VertexSet, VertexSet>()));
    let made = row.get(b);
    if (!made) {
      const words = a.words.slice();
      for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) | (b.words[i] ?? 0);
      row.set(b, (made = this.#intern(words)));
    }
    return made;
  }

  #intern(words: Uint32Array): VertexSet {
    const hash = hashOf(words);
    const bucket = this.#byHash.get(hash);
    const known = bucket?.find((set) => sameWords(set.words, words));
    if (known) return known;
    const made = { size: countBits(words), words };
    if (bucket) bucket.push(made);
    else this.#byHash.set(hash, [made]);
    return made;
  }
}

function hashOf(words: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
  return hash;
}

/** Whether the first set holds all of the second. */
function holds({ words }: VertexSet, { words: inner }: VertexSet): boolean {
  for (let i = 0; i < words.length; i++) if (((inner[i] ?? 0) & ~(words[i] ?? 0)) !== 0) return false;
  return true;
}

function sameWords(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function countBits(words: Uint32Array): number {
  let bits = 0;
  for (let word of words) for (; word !== 0; word &= word - 1) bits++;
  return bits;
}
