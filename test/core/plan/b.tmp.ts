import { registry, policy, node } from "/work/main/test/core/plan/support/nodes.ts";
import { planGraph } from "/work/main/src/core/plan/plan-graph.ts";
const snap=registry([{name:"n",in:["a"],out:["a","b"]},{name:"s",in:[],out:["a"]},{name:"j",in:["a","b"],out:["c"]}]);
const N=1000;
 const steps:any[]=[{id:"s0",node:"s"}]; for(let i=1;i<N;i++) steps.push({id:`s${i}`,node:"n",inputs:{a:`s${Math.max(0,i-1-Math.floor(i*7919%5))}.a`}});
 let t=performance.now(); for(let i=0;i<200;i++) planGraph({steps,given:[]},snap,policy({maxDepth:10000})); console.log((performance.now()-t)/200);
