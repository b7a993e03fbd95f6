import { expect } from "chai";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { Failure } from "../../../cli/failure.ts";
import { logout } from "../../../cli/login/logout.ts";
import { OwnAwsFiles } from "../../support/aws-files.ts";

const key = "[auth]\naws_access_key_id = AKIAOWN\naws_secret_access_key = x\n";
const session =
  "\n[dev]\naws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = x\nmfa_admin_login = sandbox ASIAX\n";

describe("a logout", () => {
  const files = new OwnAwsFiles();

  it("whose cache cannot be emptied removes the sessions from the profiles all the same, and says what stays", async () => {
    await files.write("credentials", key + session);
    const cache = join(files.directory, "cache");
    // Stands for a file in a read-only directory, which nothing keeps root from deleting.
    await mkdir(join(cache, "logins", "AKIAOWN.json"), { recursive: true });
    const error: unknown = await logout(cache).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Failure);
    expect((error as Failure).message).to.contain(`What is remembered of logins in ${join(cache, "logins")} stays: `);
    expect((error as Failure).message).to.contain("The sessions in your profiles are removed.");
    expect(await files.read("credentials")).to.equal(key);
  });
});
