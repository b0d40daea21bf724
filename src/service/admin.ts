/** Answers `AdminService`: changes how the server works, for those who may. */

import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ReloadConfigurationResponseSchema } from "../../gen/ts/understudy/v1/admin_service_pb.ts";
import { checkOperator } from "./check-scope.ts";
import type { AdminHandlers } from "./services.ts";

/** What a reload did. */
export interface ReloadReport {
  /** Counts the configurations of this process, from 1. */
  readonly generation: number;
  /** When the configuration in force was loaded, in milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly changes: readonly string[];
  readonly restartNeeded: readonly string[];
  readonly warnings: readonly string[];
}

/** Loads the configuration anew, on behalf of a caller. Rejects with `CallRefused` if it cannot be used. */
export type Reload = (by: { readonly caller: string | undefined; readonly requestId: string }) => Promise<ReloadReport>;

/** Creates the handlers of `AdminService`. */
export function createAdmin(reload: Reload): AdminHandlers {
  return {
    async reloadConfiguration(_request, { caller, requestId }) {
      checkOperator(caller);
      const report = await reload({ caller: caller?.name, requestId });
      const { generation, sinceMs, changes, restartNeeded, warnings } = report;
      return create(ReloadConfigurationResponseSchema, {
        generation: BigInt(generation),
        changes: [...changes],
        restartNeeded: [...restartNeeded],
        warnings: [...warnings],
        since: timestampFromMs(sinceMs),
      });
    },
  };
}
