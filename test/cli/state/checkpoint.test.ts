import { expect } from "chai";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { notedResources, readStateFile, statesDirectory } from "../../../cli/state/checkpoint.ts";
import { directoryUrl } from "../../../cli/state/state-directory.ts";

describe("a state that is a file", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "checkpoint-"));
    await mkdir(join(directory, statesDirectory("ours")), { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true }));

  const place = () => ({ name: "ours", stack: "production", directory, backendUrl: directoryUrl(directory) });
  const write = (name: string, content: object): Promise<void> =>
    writeFile(join(directory, statesDirectory("ours"), name), JSON.stringify(content));

  it("is read where it stands", async () => {
    const resources = [{ urn: "urn:pulumi:production::ours::aws-native:iam:User::alice", type: "aws-native:iam:User" }];
    await write("production.json", { version: 3, checkpoint: { latest: { resources } } });
    expect(await readStateFile(place())).to.eql({ version: 3, checkpoint: { latest: { resources } } });
    expect(await notedResources(place())).to.eql(resources);
  });

  it("has no resources before it was applied", async () => {
    await write("production.json", { version: 3, checkpoint: { stack: "production" } });
    expect(await notedResources(place())).to.eql([]);
  });

  it("is left to the engine in the layout of an older Pulumi, compressed, or where there is none", async () => {
    await write("production.json", { stack: "production", latest: { resources: [] } });
    expect(await readStateFile(place())).to.equal(undefined);
    expect(await notedResources(place())).to.equal(undefined);
    expect(await readStateFile({ ...place(), stack: "other" })).to.equal(undefined);
    expect(await readStateFile({ ...place(), backendUrl: "https://api.pulumi.com" })).to.equal(undefined);
  });
});
