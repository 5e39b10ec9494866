/**
 * Whether every value a producer may give is a value its consumer accepts. `no` names the place in the value where the
 * two schemas part, as `$.items[].price`; `unknown` means the value has to be checked when it is there.
 */
export type Fit =
  | { readonly fit: "yes" }
  | { readonly fit: "no"; readonly place: string; readonly reason: string }
  | { readonly fit: "unknown"; readonly reason: string };
