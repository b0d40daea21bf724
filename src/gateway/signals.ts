/** What signals of the operating system mean to the server. */

import { isatty } from "node:tty";

export interface SignalHandlers {
  /** SIGTERM, SIGINT, and the end of the terminal that the server runs in. */
  readonly onStop: () => void;
  /** SIGHUP otherwise: the usual word for «read your configuration again». */
  readonly onHangUp: () => void;
}

/** Calls the handlers from now on. */
export function onSignals({ onStop, onHangUp }: SignalHandlers): void {
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on("SIGHUP", () => {
    // A terminal that was closed is none any more: the same signal then means that nobody is there.
    const hungUp = terminals.some((descriptor) => !isatty(descriptor));
    if (hungUp) onStop();
    else onHangUp();
  });
}
