import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { motoPython } from "../../../toolchain/moto.js";

/** The content of a text as botocore, the AWS CLI's own library, reads it. */
export interface Reading {
  /** The sections by heading, read as a credentials file; undefined where it cannot be read. */
  sections: Record<string, Record<string, Value>> | undefined;
  /** The profiles by name, read as a configuration file. */
  profiles: Record<string, Record<string, Value>> | undefined;
}

export type Value = string | Record<string, string>;

/** Has botocore read many texts, or bytes, in one process. */
export function botocoreReads(texts: (string | Buffer)[]): Reading[] {
  const directory = mkdtempSync(join(tmpdir(), "mfa-admin-botocore-"));
  try {
    texts.forEach((text, index) => {
      writeFileSync(join(directory, String(index)), text);
    });
    const script = fileURLToPath(new URL("botocore-reads.py", import.meta.url));
    // moto, which the tests have, comes with botocore.
    const printed = execFileSync(motoPython(), [script, directory, String(texts.length)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8" },
      maxBuffer: 1 << 28,
    });
    return (
      JSON.parse(printed) as { sections: Reading["sections"] | null; profiles: Reading["profiles"] | null }[]
    ).map(({ sections, profiles }) => ({ sections: sections ?? undefined, profiles: profiles ?? undefined }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}
