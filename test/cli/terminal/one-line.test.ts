import { expect } from "chai";

import { oneLine, printable } from "../../../cli/terminal/one-line.ts";

const hostile = "ann\u001b[31m\r\u202enna\u2069";

describe("a foreign text", () => {
  it("cannot end its line, control the terminal or turn the direction of the text around it", () => {
    expect(oneLine(`${hostile}\nNext: run this`)).to.equal("ann [31m nna Next: run this");
    for (const character of "\u0000\u0085\u061c\u200e\u200f\u2028\u202a\u202d\u2066") {
      expect(oneLine(`a${character}b`)).to.equal("a b");
    }
    expect(oneLine("安 naïve 👩‍💻 عربي")).to.equal("安 naïve 👩‍💻 عربي");
  });
  it("keeps its lines where it may have several", () => {
    expect(printable(`${hostile}\nnext`)).to.equal("ann [31m nna \nnext");
  });
});
