import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const module = pathToFileURL(join(import.meta.dirname, "../../../cli/aws-files/replace.ts")).href;

/** Replaces `file` in a mount namespace of its own. @returns the outcome, and the file's content after it */
const script = `
set -e
mount -t tmpfs -o size=16k none "$1"
printf old > "$1/file"
if [ "$2" = mounted ]; then touch "$1/own"; mount --bind "$1/file" "$1/own"; else ln "$1/file" "$1/other"; fi
if [ "$3" = full ]; then head -c 20k /dev/zero > "$1/fill" 2>/dev/null || true; fi
"$4" --input-type=module -e "
  const { replaceFile } = await import(process.argv[1]);
  const { readFileSync } = await import('node:fs');
  const said = await replaceFile(process.argv[2], Buffer.from(process.argv[3])).then(() => 'done', ({ code }) => code);
  const text = readFileSync(process.argv[2], 'utf8');
  console.log(JSON.stringify([said, text.length > 100 ? text.length : text]));
" "$5" "$1/$( [ "$2" = mounted ] && echo own || echo file )" "$6"
`;

describe("a file that is replaced", () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), "mfa-admin-replace-"))));
  afterEach(() => rm(directory, { recursive: true }));

  function replace(how: "mounted" | "linked", disk: "full" | "free", text: string): unknown {
    const args = ["--mount", "--map-root-user", "sh", "-c", script, "sh", directory, how, disk];
    return JSON.parse(execFileSync("unshare", [...args, process.execPath, module, text], { encoding: "utf8" }));
  }

  before(function () {
    // Not every machine lets its users mount.
    if (spawnSync("unshare", ["--mount", "--map-root-user", "true"]).status !== 0) this.skip();
  });

  it("is written in place where it is a mount of its own, or has another name", () => {
    expect(replace("mounted", "free", "new")).to.eql(["done", "new"]);
    expect(replace("linked", "free", "n")).to.eql(["done", "n"]);
  });

  it("is what it was where the disk is full, and shrinks all the same", () => {
    for (const how of ["mounted", "linked"] as const) {
      expect(replace(how, "full", "new ".repeat(5000))).to.eql(["ENOSPC", "old"]);
      expect(replace(how, "full", "ne")).to.eql(["done", "ne"]);
    }
  });
});
