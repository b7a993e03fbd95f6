import { expect } from "chai";

import { secretScreen } from "../../../cli/enrollment/qr-code.ts";

describe("the secret of a new device on the screen", () => {
  const secret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(2);
  const owner = { userName: "alice", authAccount: "222222222222" };

  it("is a QR code where there is room, and a text", () => {
    const screen = secretScreen(secret, owner, { isTTY: true, columns: 80 });
    expect(screen).to.contain("Scan this with").and.contain("█").and.contain("ABCD EFGH");
  });

  it("is the text alone where the terminal would break the code, and says why", () => {
    const screen = secretScreen(secret, owner, { isTTY: true, columns: 40 });
    expect(screen.replaceAll("\n", " ")).to.match(/The QR code needs \d\d columns, and this terminal has 40: /);
    expect(screen).to.contain("ABCD EFGH").and.not.contain("█");
  });
});
