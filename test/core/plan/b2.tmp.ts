import { registry, policy, node } from "/work/main/test/core/plan/support/nodes.ts";
import { resolveGoal } from "/work/main/src/core/plan/plan-goal.ts";
import { buildSnapshot } from "/work/main/src/core/registry/snapshot.ts";
function layered(n:number, depth:number, variants:number){
  const keysPer = n/depth/variants; let seed=1; const rnd=()=>{seed=(seed*1103515245+12345)%2147483648;return seed/2147483648};
  const nodes=[];
  for(let d=0;d<depth;d++)for(let k=0;k<keysPer;k++)for(let v=0;v<variants;v++)
    nodes.push(node({name:`n${d}_${k}_${v}`,in:d===0?["given.x"]:[`l${d-1}.k${Math.floor(rnd()*keysPer)}`,`l${d-1}.k${Math.floor(rnd()*keysPer)}`],out:[`l${d}.k${k}`],cost:1+Math.floor(rnd()*9)}));
  return nodes;
}
const n=Number(process.argv[2]??10000);
const nodes=layered(n,20,5); const snap=buildSnapshot("1",nodes,new Map());
let first=0; { const t=performance.now(); resolveGoal({want:[`l19.k1`],given:["given.x"],policy:policy()},snap,new Map()); first=performance.now()-t; }
let t=performance.now(); const R=Math.max(3,Math.floor(300000/n));for(let i=0;i<R;i++) resolveGoal({want:[`l19.k1`],given:["given.x"],policy:policy()},snap,new Map()); console.log("cold",first,"warm",(performance.now()-t)/R);
