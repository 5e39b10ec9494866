/** The events of a run in which nothing happens, and a question that is held until the test says so. */
export function silentFeed() {
  const asked: number[] = [];
  const holding = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  return {
    /** After which event each question asked. */
    asked,
    /** Resolves when a question is held. */
    holding,
    /** Answers it. */
    answer,
    events: async (_: unknown, __: string, after: number, waitMs = 0) => {
      asked.push(after);
      if (waitMs > 0) {
        holding.resolve();
        await answer.promise;
      }
      return { events: [], finished: false };
    },
  };
}
