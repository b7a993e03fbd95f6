import { expect } from "chai";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { isSamePlace } from "../../../cli/state/same-place.ts";
import { absoluteUrl, directoryUrl, localStateDirectory } from "../../../cli/state/state-directory.ts";

describe("a place of a state", () => {
  const same = (one: string, other: string, directory = "/home/carol/ours"): Promise<boolean> =>
    isSamePlace({ backendUrl: one, directory }, { backendUrl: other, directory });

  it("is the same however its URL is spelled", async () => {
    const { homedir } = userInfo();
    for (const [one, other] of [
      ["file://./state", "file:///home/carol/ours/state/"],
      ["file://state", "file:///home/carol/ours/./state?no_tmp_dir=true"],
      ["file://~/state", `file://${homedir}/state`],
      ["file:///a%20b", "file:///a b"],
      ["s3://b?region=us-east-1&s3ForcePathStyle=true", "s3://b/?s3ForcePathStyle=true&region=us-east-1"],
      ["s3://b/team/x?region=us-east-1", "s3://b/team/x/?region=us-east-1"],
      ["s3://b/a%20b?region=us-east-1", "s3://b/a b?region=us-east-1"],
      ["s3://b?endpoint=minio:9000", "s3://b?endpoint=https://minio:9000/"],
      ["gs://b", "gs://b/"],
      ["azblob://c?storage_account=x", "azblob://c/?storage_account=x"],
      ["https://api.pulumi.com", "https://API.pulumi.com/"],
      ["https://pulumi.example.com:443", "https://pulumi.example.com"],
    ] as const) {
      expect(await same(one, other), `${one} ${other}`).to.equal(true);
    }
  });

  it("is another one where anything else differs", async () => {
    for (const [one, other] of [
      ["file://./state", "file://./state2"],
      ["s3://b?region=us-east-1", "s3://b/team?region=us-east-1"],
      ["s3://b?region=us-east-1", "gs://b"],
      ["s3://b?endpoint=minio:9000", "s3://b?region=us-east-1"],
      ["azblob://c?storage_account=x", "azblob://c?storage_account=y"],
      ["https://api.pulumi.com", "https://pulumi.example.com"],
      ["https://pulumi.example.com", "https://pulumi.example.com/ours"],
    ] as const) {
      expect(await same(one, other), `${one} ${other}`).to.equal(false);
    }
  });

  it("is the same behind a symbolic link, also where the directory is still to be made", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-cli-"));
    await mkdir(join(directory, "real"));
    await symlink(join(directory, "real"), join(directory, "link"));
    expect(await same("file://./link", "file://./real", directory)).to.equal(true);
    expect(await same("file://./link/new", "file://./real/new", directory)).to.equal(true);
    await rm(directory, { recursive: true });
  });

  it("has a URL that every directory can use, whatever characters are in it", () => {
    const path = "/home/a b/50%/é?#x";
    expect(localStateDirectory({ backendUrl: directoryUrl(path), directory: "/" })).to.equal(path);
    expect(absoluteUrl({ backendUrl: "file://./a%20b?metadata=skip", directory: "/home" })).to.equal(
      "file:///home/a%20b?metadata=skip",
    );
    expect(absoluteUrl({ backendUrl: "s3://b?region=r", directory: "/home" })).to.equal("s3://b?region=r");
  });
});
