// Which control a kind of field has. Each module of controls puts its own in here.

export const CONTROLS = {};

/** The control of a field; a kind that nobody knows is written as JSON. */
export function makeControl(spec, host) {
  if (Number.isInteger(spec.slot)) return CONTROLS.slot(spec, host);
  return (CONTROLS[spec.kind] ?? CONTROLS.json)(spec, host);
}
