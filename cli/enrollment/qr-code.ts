import { styleText } from "node:util";

import { renderUnicodeCompact } from "uqr";

import type { Myself } from "../login/myself.ts";

/** Shows the secret of a virtual MFA device on the terminal: as a QR code, and as text for apps that take no picture. */
export function showSecret(secret: string, { userName, authAccount }: Pick<Myself, "userName" | "authAccount">): void {
  const stream = process.stderr;
  // Dark on light, whatever the terminal's own colours are: not every app reads the reverse.
  const lines = renderUnicodeCompact(keyUri(secret, `${userName}@${authAccount}`), { ecc: "L", border: 2 })
    .split("\n")
    .map((line) => styleText(["whiteBright", "bgBlack"], line, { stream }));
  stream.write(
    [
      "",
      "Scan this with an authenticator app, or type the secret below into it. Nobody else should see either.",
      "",
      ...lines,
      "",
      `  ${secret.replace(/(.{4})(?=.)/g, "$1 ")}`,
      "",
      "",
    ].join("\n"),
  );
}

/** The form that authenticator apps read, with the label that the AWS console gives. */
function keyUri(secret: string, label: string): string {
  const issuer = "Amazon%20Web%20Services";
  return `otpauth://totp/${issuer}:${encodeURIComponent(label)}?secret=${secret}&issuer=${issuer}`;
}
