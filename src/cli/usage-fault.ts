/** The command line is wrong in a way that only the command itself can tell. */

export class UsageFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageFault";
  }
}
