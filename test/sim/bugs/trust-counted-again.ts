import { archivingOn, changed, type Bug } from "./bug.ts";

/** A report that arrives a second time counts a second time. */
export const trustCountedAgain: Bug = {
  name: "a redelivered batch counts trust again",
  breaks: ["trust"],
  plant() {
    const heard = new Map<string, number>();
    return archivingOn((ports) => ({
      ...ports,
      trust: changed(ports.trust, {
        report(tenant, reports, now) {
          const counted = reports.map((report) => {
            const said = JSON.stringify([tenant, report]);
            const before = heard.get(said) ?? 0;
            heard.set(said, before + 1);
            return before === 0 ? report : { ...report, source: `${report.source} time ${before + 1}` };
          });
          return ports.trust.report(tenant, counted, now);
        },
      }),
    }));
  },
};
