/** What signals mean to the server, and the end of what started it. */

import { isatty } from "node:tty";

export interface SignalHandlers {
  /** SIGTERM, SIGINT, and the end of the terminal that the server runs in or of the launcher that started it. */
  readonly onStop: () => void;
  /** SIGHUP otherwise: the usual word for «read your configuration again». */
  readonly onHangUp: () => void;
}

/**
 * Calls the handlers from now on. `isTerminal` tells whether a descriptor is a terminal that is still there; `launcher`
 * is the channel to the process that started this one, if it holds one.
 */
export function onSignals(
  { onStop, onHangUp }: SignalHandlers,
  isTerminal: (descriptor: number) => boolean = isatty,
  launcher: { unref(): void } | null | undefined = process.channel,
): void {
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  // The launcher holds the other end of the channel, however it ends.
  process.on("disconnect", onStop);
  launcher?.unref(); // else the listener keeps a process alive whose server has ended
  const terminals = [0, 1, 2].filter(isTerminal);
  let hungUp = false;
  process.on("SIGHUP", () => {
    // The end of a terminal may be told several times: by the system, by a shell, by the launcher.
    if (hungUp) return;
    // A terminal that was closed is none any more: the same signal then means that nobody is there.
    hungUp = terminals.some((descriptor) => !isTerminal(descriptor));
    if (hungUp) onStop();
    else onHangUp();
  });
}
