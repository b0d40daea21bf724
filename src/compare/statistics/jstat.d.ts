/** What is used of jstat, which comes without types. */

declare module "jstat" {
  interface Distributions {
    readonly beta: {
      /** The value below which a share `p` of the distribution lies. */
      inv(p: number, alpha: number, beta: number): number;
      /** The share of the distribution below `x`. */
      cdf(x: number, alpha: number, beta: number): number;
    };
    readonly studentt: {
      inv(p: number, degreesOfFreedom: number): number;
    };
  }
  const jstat: Distributions;
  export = jstat;
}
