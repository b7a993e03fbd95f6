import { expect } from "chai";

import { withSecretsOf } from "../../../cli/state/secrets-keys.ts";

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
