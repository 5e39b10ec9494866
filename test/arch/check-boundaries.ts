import { checkBoundaries } from "./support/boundaries.ts";

/** `npm run boundaries`: lists every forbidden import; ends with 1 when there is one, or when nothing was looked at. */
const { modules, violations } = await checkBoundaries(process.cwd());
for (const { rule, from, to } of violations) console.error(`${rule}: ${from} -> ${to}`);
if (modules === 0) console.error("no modules were cruised: the check saw nothing");
else console.log(`${modules} modules, ${violations.length} forbidden imports`);
process.exitCode = modules === 0 || violations.length > 0 ? 1 : 0;
