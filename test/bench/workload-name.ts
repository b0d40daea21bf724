/** Names a dialect and a shape in one word, as a workload. */

import { SHAPE_NAMES, type ShapeName } from "./answer-shape.ts";
import { DIALECTS, type DialectName } from "./canned-answer.ts";

/** Which answer a call asks for. */
export interface AskedAnswer {
  readonly dialect: DialectName;
  readonly shape: ShapeName;
}

export function makeWorkloadName({ dialect, shape }: AskedAnswer): string {
  return `${dialect}.${shape}`;
}

/** Throws if the name is of another form. */
export function parseWorkloadName(name: string): AskedAnswer {
  const [dialectName, shapeName] = name.split(".");
  const dialect = DIALECTS.find((known) => known === dialectName);
  const shape = SHAPE_NAMES.find((known) => known === shapeName);
  if (dialect === undefined || shape === undefined) throw new Error(`workload ${name} is not DIALECT.SHAPE`);
  return { dialect, shape };
}
