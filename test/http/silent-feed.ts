/** The events of a run in which nothing happens, and a pause that ends when the test says so. */
export function silentFeed() {
  const asked: number[] = [];
  const pausing = Promise.withResolvers<void>();
  const alarm = Promise.withResolvers<void>();
  return {
    /** After which event each question asked. */
    asked,
    /** Resolves when the feed begins to pause. */
    pausing,
    /** Ends the pause. */
    alarm,
    events: (_: string, __: string, after: number) => {
      asked.push(after);
      return Promise.resolve({ events: [], finished: false });
    },
    sleep: () => {
      pausing.resolve();
      return alarm.promise;
    },
  };
}
