import { expect } from "chai";

import { type Ini, headingsIn, parseIni, UnreadableIni, valuesIn } from "../../../cli/aws-files/ini.ts";
import { configHeading, configProfiles } from "../../../cli/aws-files/profile-map.ts";
import { Dice } from "../../support/dice.ts";
import { botocoreReads, type Reading, type Value } from "./botocore.ts";
import { generatedFile } from "./generated.ts";

/** A value as botocore returns it: a block of nested keys becomes a map. */
function handedOn(value: string): Value {
  if (!value.startsWith("\n")) return value;
  const lines = value.split("\n").filter((line) => line.trim() !== "");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim()]),
  );
}

function section(ini: Ini, heading: string | undefined): Record<string, Value> {
  const values = heading === undefined ? undefined : valuesIn(ini, heading);
  return Object.fromEntries([...(values ?? [])].map(([key, value]) => [key, handedOn(value)]));
}

function ours(text: string): Reading {
  try {
    const ini = parseIni(text);
    return {
      sections: Object.fromEntries(headingsIn(ini).map((heading) => [heading, section(ini, heading)])),
      profiles: Object.fromEntries(
        configProfiles(ini).map((profile) => [profile, section(ini, configHeading(ini, profile))]),
      ),
    };
  } catch (error) {
    if (!(error instanceof UnreadableIni)) throw error;
    return { sections: undefined, profiles: undefined };
  }
}

describe("the AWS files are read as the AWS CLI reads them", () => {
  for (const kind of ["credentials", "config"] as const) {
    it(`1000 generated ${kind} files say the same to botocore and to us, and the same ones are unreadable`, () => {
      const dice = new Dice(kind.length);
      const texts = Array.from({ length: 1000 }, () => generatedFile(dice, kind));
      const theirs = botocoreReads(texts);
      texts.forEach((text, index) => {
        expect(ours(text), JSON.stringify(text)).to.eql(theirs[index]);
      });
      const unreadable = theirs.filter(({ sections }) => sections === undefined).length;
      expect(unreadable).to.be.within(30, 400);
    });
  }

  it("what cannot be read is told by its line", () => {
    const problems: [string, number, RegExp][] = [
      ["[dev]\nregion = a\nREGION = b\n", 3, /region stands in \[dev\] twice/],
      ["[dev]\n\n[auth]\n[dev]\n", 4, /\[dev\] stands in the file twice/],
      ["# mine\nregion = a\n", 2, /before the first \[profile\]/],
      ["\ufeff[default]\nregion = a\n", 1, /begins with a byte order mark/],
      ["[dev]\nnonsense\n", 2, /neither a \[profile\] nor KEY = VALUE/],
      ["[dev]\n= a\n", 2, /no key before the value/],
      ["[dev]\r\ns3 =\r\n  nonsense\r\n", 2, /nested below s3/],
    ];
    for (const [text, line, reason] of problems) {
      expect(() => parseIni(text), text)
        .to.throw(UnreadableIni, reason)
        .with.property("line", line);
    }
  });
});
