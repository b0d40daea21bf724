/** Runs the command that the arguments name. */

// A server that still starts has nothing to reload, and must not end because it is told to. Before the imports that
// take their time.
if (process.argv[2] === "serve") process.on("SIGHUP", () => {});

const { runProgram } = await import("./gateway/run-program.ts");
await runProgram(process.argv.slice(2));
