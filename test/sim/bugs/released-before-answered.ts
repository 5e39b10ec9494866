import type { Limiter } from "../../../src/spi/limiter.ts";
import { changed, consumingWork, type Bug } from "./bug.ts";

/** A consumer gives its turns back when the work is done, and tells the ring afterwards. */
export const releasedBeforeAnswered: Bug = {
  name: "a turn is given back before the ring has its answer",
  breaks: ["limited"],
  plant: () =>
    consumingWork((right) => (received, ports) => {
      const { limiter, coordinator } = ports;
      const turns: { readonly limit: string; readonly holder: string; readonly leave: () => Promise<unknown> }[] = [];
      const noting: Limiter = {
        async acquire(limit, requests) {
          const answer = await limiter.acquire(limit, requests);
          for (const [place, { holder, token }] of requests.entries()) {
            if (!answer.turns[place]?.granted) continue;
            const leave = (): Promise<unknown> => limiter.release(limit, [{ holder, token, how: "ended" }]);
            turns.push({ limit, holder: `${holder.runId}/${holder.segment}`, leave });
          }
          return answer;
        },
        release: (limit, leaving) => limiter.release(limit, leaving),
      };
      const hasty = changed(coordinator, {
        async answer(answers, handOver) {
          const done = new Set(answers.map(({ runId, segment }) => `${runId}/${segment}`));
          for (const { holder, leave } of turns) if (done.has(holder)) await leave().catch(() => undefined);
          return coordinator.answer(answers, handOver);
        },
      });
      return right(received, { ...ports, limiter: noting, coordinator: hasty });
    }),
};
