import { registry, policy } from "./support/nodes.ts";
import { planGoal } from "../../../src/core/plan/plan-goal.ts";
import { planGraph } from "../../../src/core/plan/plan-graph.ts";
import { treeView } from "../../../src/core/plan/views/tree.ts";
import { mermaidView } from "../../../src/core/plan/views/mermaid.ts";
import { planToWire } from "../../../src/core/plan/plan-to-wire.ts";
const snap = registry([
 {name:"extract", in:["document.text"], out:["document.fields","document.body"]},
 {name:"validate", in:["document.fields"], out:["metadata.validation"]},
 {name:"verify", in:["document.text"], out:["hash.verdict"]},
 {name:"verify", version:"1.1.0", in:["document.text"], out:["hash.verdict"]},
 {name:"verify_draft", lifecycle:"draft", in:["document.text"], out:["hash.verdict"]},
 {name:"report", in:["document.fields","metadata.validation","hash.verdict","document.body?","x.y?"], out:["metadata.report"]},
]);
const p = planGoal({want:["metadata.report"], given:["document.text"], policy: policy()}, snap);
console.log(JSON.stringify(p.ok? planToWire(p.value):p,null,1));
if (p.ok) console.log(treeView(p.value)+"\n"+mermaidView(p.value));
console.log(JSON.stringify(planGoal({want:["metadata.raport"], given:["document.text"], policy: policy()}, snap),null,1));
console.log(JSON.stringify(planGoal({want:["metadata.report"], given:["document.txt"], policy: policy()}, snap),null,1));
const g = planGraph({steps:[{id:"a",node:"extract"},{id:"b",node:"validate"},{id:"c",node:"verify",version:"1.0.x"}],given:["document.text"]}, snap, policy());
console.log(JSON.stringify(g.ok?{...planToWire(g.value),policy:0}:g,null,1));
