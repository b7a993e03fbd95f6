import { expect } from "chai";

import { secretsIn, withSecretsOf } from "../../../cli/state/secrets-keys.ts";

describe("a settings file with what keeps the secrets in another version of it", () => {
  const text = "# Ours.\nencryptionsalt: v1:old\nconfig:\n\n  a:b:   {c: 1}   # a comment\n";

  it("stays to the letter where these are the same", () => {
    expect(withSecretsOf(text, "config:\n  a:b: { c: 1 }\nencryptionsalt: v1:old\n")).to.equal(text);
  });

  it("changes in those lines alone", () => {
    const other = "config: {}\nsecretsprovider: awskms:///alias/a?region=r\nencryptedkey: abc=\n";
    expect(withSecretsOf(text, other)).to.equal(
      text.replace("encryptionsalt: v1:old", "secretsprovider: awskms:///alias/a?region=r\nencryptedkey: abc="),
    );
    // The settings file needs none of these keys where a server keeps the secrets.
    expect(withSecretsOf(text, "config: {}\n")).to.equal(text.replace("encryptionsalt: v1:old\n", ""));
  });

  it("is the other one where values are sealed in it, at any depth", () => {
    const sealed = `${text}  a:d:\n    - e: { secure: v1:old }\n`;
    const other = sealed.replaceAll("v1:old", "v1:new");
    expect(withSecretsOf(sealed, other)).to.equal(other);
  });
});

describe("what keeps the secrets is read from a settings file", () => {
  const salt = { encryptionsalt: "v1:a" };

  for (const [where, text] of [
    ["above the settings", "encryptionsalt: v1:a\nconfig:\n  a:b: {}\n"],
    ["below them", "config:\n  a:b: {}\n\n# Ours.\n  a:c: |\n    encryptionsalt: v1:b\n\nencryptionsalt: v1:a\n"],
    ["between two lines of other keys", "x: 1\r\nconfig: \r\n  a:b: 1\r\nencryptionsalt: v1:a\r\ny: 1"],
    ["below a list that is not indented", "config:\n# Ours.\n- a: 1\n  b: 2\nencryptionsalt: v1:a\n"],
    ["below settings in braces", "config: { a:b: 1,\n  encryptionsalt: v1:b }\nencryptionsalt: v1:a\n"],
    ["below another map", "other:\n  config:\n    encryptionsalt: v1:b\nencryptionsalt: v1:a\n"],
  ] as const) {
    it(where, () => {
      expect(secretsIn(text)).to.eql(salt);
    });
  }

  it("and not from a setting of that name", () => {
    expect(secretsIn("config:\n  encryptionsalt: v1:b\n  a:b: 1")).to.eql({});
    expect(secretsIn("")).to.eql({});
  });
});
