/** Loaded before a program: lets its wall clock jump at SIGUSR2, an hour ahead, then to an hour behind, and so on. */

const HOUR_MS = 3_600_000;

const readClock = Date.now;
let offsetMs = 0;

Date.now = () => readClock() + offsetMs;
globalThis.Date = new Proxy(Date, {
  construct: (real, parts) => (parts.length === 0 ? new real(Date.now()) : Reflect.construct(real, parts)),
});

process.on("SIGUSR2", () => {
  offsetMs = offsetMs > 0 ? -HOUR_MS : HOUR_MS;
});
