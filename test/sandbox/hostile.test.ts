import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
import { quickJsSandbox } from "../../src/infra/sandbox/quick-js-sandbox.ts";
import { hostileSuite } from "./hostile/hostile-suite.ts";

hostileSuite("node", () => quickJsSandbox({ loadModule: nodeQuickJsModule }));
