import { expect } from "chai";
import { userInfo } from "node:os";
import { join } from "node:path";

import { pulumiHome } from "../../toolchain/cache.js";

describe("Pulumi's own directory", () => {
  const { HOME, PULUMI_HOME } = process.env;
  afterEach(() => {
    for (const [name, value] of Object.entries({ HOME, PULUMI_HOME })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  it("is where Pulumi looks, also where HOME is another directory, as in a container of a CI", () => {
    process.env["HOME"] = "/github/home";
    process.env["PULUMI_HOME"] = "";
    expect(pulumiHome()).to.equal(join(userInfo().homedir, ".pulumi"));
    process.env["PULUMI_HOME"] = "/elsewhere";
    expect(pulumiHome()).to.equal("/elsewhere");
  });
});
