/** Notices that files changed. */

import { watch } from "chokidar";

/**
 * Between two looks at a file, in milliseconds. Looking works where nothing tells of changes: on network file systems,
 * and for files behind links that are swapped, as Kubernetes does.
 */
const LOOK_INTERVAL_MS = 1_000;

/** A change is taken up when nothing more changed for so long, in milliseconds: editors write in several steps. */
const QUIET_MS = 200;

export interface FileWatch {
  /** Looks at these files and folders from now on, and at no others. */
  lookAt(paths: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Begins to look at nothing. `onChange` is called after changes have come to rest, and once after the first look at a
 * file: it may have changed since it was read.
 */
export function watchFiles(onChange: () => void): FileWatch {
  const watcher = watch([], {
    backend: "polling",
    pollingInterval: LOOK_INTERVAL_MS,
    ignoreInitial: false,
  });
  const watched = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  watcher.on("all", () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
  });
  return {
    lookAt(paths) {
      const wanted = new Set(paths);
      for (const path of watched) if (!wanted.has(path)) watcher.unwatch(path);
      for (const path of wanted) if (!watched.has(path)) watcher.add(path);
      watched.clear();
      for (const path of wanted) watched.add(path);
    },
    async close() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
