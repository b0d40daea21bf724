/** Preloaded with `--import`: plants the mutant that UNDERSTUDY_MUTANT names while the source is loaded. */

import { registerHooks } from "node:module";
import { env } from "node:process";
import { plantMutant } from "./mutant.ts";
import { MUTANTS } from "./mutant-list.ts";

const mutant = MUTANTS.find(({ name }) => name === env["UNDERSTUDY_MUTANT"]);
if (mutant === undefined) throw new Error(`no mutant is named "${env["UNDERSTUDY_MUTANT"]}"`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/src/${mutant.file}`) || loaded.source === undefined || loaded.source === null) return loaded;
    const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    return { ...loaded, source: plantMutant(mutant, source) };
  },
});
