import { expect } from "chai";

import { redacted } from "../../../cli/terminal/redact.ts";

describe("secrets of the environment", () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it("are masked wherever they are repeated, also as JSON or a URL has them", () => {
    process.env["PULUMI_CONFIG_PASSPHRASE"] = 'correct "horse" battery';
    expect(redacted('wrong: correct "horse" battery.')).to.equal("wrong: ***.");
    expect(redacted(JSON.stringify({ text: 'correct "horse" battery' }))).to.equal('{"text":"***"}');
    expect(redacted("?p=correct%20%22horse%22%20battery")).to.equal("?p=***");
  });

  it("include a proxy's password, as it is written in the address and as it is meant", () => {
    process.env["HTTPS_PROXY"] = "http://alice:p%40ssword@proxy.example.com:3128";
    expect(redacted("http://alice:p%40ssword@proxy.example.com")).to.equal("http://alice:***@proxy.example.com");
    expect(redacted("alice's p@ssword is wrong")).to.equal("alice's *** is wrong");
    process.env["HTTPS_PROXY"] = "http://proxy.example.com:3128";
    expect(redacted("http://proxy.example.com:3128")).to.equal("http://proxy.example.com:3128");
  });
});
