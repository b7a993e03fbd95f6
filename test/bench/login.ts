import { dirname, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { awsCli } from "../../toolchain/awscli.js";
import { Administrator, program } from "../support/harness.ts";
import { Workstation } from "../support/workstation.ts";
import { interleave, measureTime, medians, type Program } from "./measure.ts";
import { comparison, type Row } from "./report.ts";

const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Compares `mfa-admin login CODE` with the script around the AWS CLI, and with a program that makes the one call. */
export async function benchLogin(rounds: number): Promise<Row[]> {
  const admin = await Administrator.withProject({ developers: ["alice"] });
  await admin.succeed("up", "--yes");
  const alice = await Workstation.enrolled(admin);
  try {
    const measureLogin = async (of: (code: string) => Program): Promise<number> => {
      // Each round begins without the files of the round before, which hold its sessions and used codes.
      await alice.forget();
      return measureTime(of(alice.nextCode()));
    };
    const programs = programsOf(admin, alice);
    const against = async (bare: (code: string) => Program): Promise<{ ours: number; bare: number }> => {
      // Both programs run once before they are measured, so that their files are in the disk cache.
      await measureLogin(programs.ours);
      await measureLogin(bare);
      const seconds = await interleave(
        rounds,
        () => measureLogin(programs.ours),
        () => measureLogin(bare),
      );
      return medians(seconds);
    };
    const labels = { quantity: "time", unit: "s" } as const;
    return [
      comparison({ what: "login, against dev-assume-role.sh", ...labels }, await against(programs.script), 0.2),
      comparison({ what: "login, against one call of the SDK", ...labels }, await against(programs.oneCall), 2.5),
    ];
  } finally {
    await admin.close();
  }
}

type Login = (code: string) => Program;

/** The programs that log in: mfa-admin, the script around the AWS CLI, and the one call, all on the developer's machine. */
function programsOf({ sandbox }: Administrator, alice: Workstation): Record<"ours" | "script" | "oneCall", Login> {
  const role = {
    ROLE_ARN: `arn:aws:iam::${sandbox.developmentAccounts["sandbox"] ?? ""}:role/developer-alice`,
    MFA_SERIAL: `arn:aws:iam::${sandbox.authAccount}:mfa/alice`,
    SESSION_NAME: "alice",
  };
  const { accessKeyId, secretAccessKey } = alice.accessKey;
  const env = {
    HOME: alice.home,
    ...sandbox.environment({ accessKeyId, secretAccessKey }),
    AWS_CONFIG_FILE: join(alice.home, ".aws", "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(alice.home, ".aws", "credentials"),
  };
  const path = [dirname(awsCli()), process.env["PATH"]].join(delimiter);
  return {
    ours: (code) => ({ script: program, args: ["login", code, "--account", "sandbox"], env }),
    script: (code) => ({
      interpreter: "bash",
      script: fileAt("../sandbox/dev-assume-role.sh"),
      args: [code],
      env: { ...env, ...role, PATH: path },
    }),
    oneCall: (code) => ({ script: fileAt("bare-login/main.js"), args: [code], env: { ...env, ...role } }),
  };
}
