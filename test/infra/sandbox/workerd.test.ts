import { quickJsSandbox } from "../../../src/infra/sandbox/quick-js-sandbox.ts";
import { workerdModule } from "../../../src/infra/sandbox/workerd-module.ts";
import { sandboxSuite } from "../../sandbox/sandbox-suite.ts";

sandboxSuite("workerd", () => quickJsSandbox({ loadModule: workerdModule }));
