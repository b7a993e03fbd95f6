import { styleText } from "node:util";

import { renderUnicodeCompact } from "uqr";

import type { Myself } from "../login/myself.ts";

/**
 * Shows the secret of a virtual MFA device on the terminal: as a QR code, and as text for apps that take no picture. Both
 * and the question below them fit on 24 lines of 80 columns, unless the user's name has more than 19 letters.
 */
export function showSecret(secret: string, { userName, authAccount }: Pick<Myself, "userName" | "authAccount">): void {
  const stream = process.stderr;
  // Dark on light, whatever the terminal's own colours are: not every app reads the reverse.
  const lines = renderUnicodeCompact(keyUri(secret, `${userName}@${authAccount}`), { ecc: "L", border: 1 })
    .split("\n")
    .map((line) => styleText(["whiteBright", "bgBlack"], line, { stream }));
  stream.write(
    [
      "",
      "Scan this with an authenticator app, or type the secret below into it.",
      "Nobody else should see either.",
      ...lines,
      secret.replace(/(.{4})(?=.)/g, "$1 "),
      "",
    ].join("\n"),
  );
}

/** The form that authenticator apps read. The issuer is short, and @ stands as it is, since every letter makes the code larger. */
function keyUri(secret: string, label: string): string {
  const path = encodeURIComponent(label).replaceAll("%40", "@");
  return `otpauth://totp/AWS:${path}?secret=${secret}&issuer=AWS`;
}
