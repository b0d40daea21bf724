/** Makes a certificate that nobody trusts. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Writes a certificate for 127.0.0.1 and its key to `folder`; answers with the configuration's `tls`. */
export function makeCertificate(folder: string): { cert_file: string; key_file: string } {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert_file: cert, key_file: key };
}
