// Lets the process believe that it runs under an old Node.
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.0" } });
