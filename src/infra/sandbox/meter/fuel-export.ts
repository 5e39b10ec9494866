/** The export a metered binary gains: a mutable 64-bit global that counts down. */
export const FUEL_EXPORT = "fuel";
