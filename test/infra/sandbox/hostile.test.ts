import { quickJsSandbox } from "../../../src/infra/sandbox/quick-js-sandbox.ts";
import { workerdModule } from "../../../src/infra/sandbox/workerd-module.ts";
import { hostileSuite } from "../../sandbox/hostile/hostile-suite.ts";

hostileSuite("workerd", () => quickJsSandbox({ loadModule: workerdModule }));
