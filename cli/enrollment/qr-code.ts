import { styleText } from "node:util";

import { renderUnicodeCompact } from "uqr";

import type { Myself } from "../login/myself.ts";
import { wrapped } from "../terminal/tell.ts";

type Owner = Pick<Myself, "userName" | "authAccount">;

/** Shows the secret of a virtual MFA device on the terminal. */
export function showSecret(secret: string, owner: Owner): void {
  process.stderr.write(secretScreen(secret, owner, process.stderr));
}

/**
 * The secret as a QR code, and as text for apps that cannot scan. Both and the next question fit on 24 lines of 80 columns, unless the
 * user's name has more than 19 letters. A terminal that is too narrow for the QR code gets the text alone.
 */
export function secretScreen(secret: string, { userName, authAccount }: Owner, stream: Screen): string {
  const code = renderUnicodeCompact(keyUri(secret, `${userName}@${authAccount}`), { ecc: "L", border: 1 }).split("\n");
  const { columns = 80 } = stream;
  const width = Math.max(...code.map((line) => line.length));
  const isRoom = width <= columns;
  const text = isRoom
    ? "Scan this with an authenticator app, or type the secret below into it.\nNobody else should see either."
    : `The QR code needs ${width} columns, and this terminal has ${columns}: type the secret below into an authenticator app, or stop with Ctrl-C, make the terminal wider and run it again. Nobody else should see the secret.`;
  // The code is dark on light whatever the terminal's colours: not every app reads the reverse.
  const lines = isRoom
    ? code.map((line) => styleText(["whiteBright", "bgBlack"], line, { stream: process.stderr }))
    : [];
  return ["", wrapped(text, stream), ...lines, secret.replace(/(.{4})(?=.)/g, "$1 "), ""].join("\n");
}

/** The terminal's properties that matter here. */
interface Screen {
  isTTY?: boolean;
  columns?: number;
}

/** The URI that authenticator apps read. The issuer is short and @ is not encoded, since every letter makes the QR code larger. */
function keyUri(secret: string, label: string): string {
  const path = encodeURIComponent(label).replaceAll("%40", "@");
  return `otpauth://totp/AWS:${path}?secret=${secret}&issuer=AWS`;
}
