import type * as z from "zod";

import { addDeveloperSchema, resetPasswordSchema } from "./add-developer.ts";
import { auditSchema } from "./audit.ts";
import { auditorReportSchema } from "./auditor-report.ts";
import { cancelSchema } from "./cancel.ts";
import { resetMfaSchema, revokeKeysSchema } from "./credentials.ts";
import { doctorSchema } from "./doctor.ts";
import { enrollSchema } from "./enroll.ts";
import { errorSchema } from "./error.ts";
import { extendSchema } from "./extend.ts";
import { guideSchema } from "./guide.ts";
import { historySchema } from "./history.ts";
import { initSchema } from "./init.ts";
import { listSchema } from "./list.ts";
import { lockSchema, unlockSchema } from "./lock.ts";
import { consoleSchema, loginSchema, logoutSchema, whoamiSchema } from "./login.ts";
import { outputsSchema } from "./outputs.ts";
import { removeDeveloperSchema } from "./remove-developer.ts";
import { previewReportSchema } from "./report.ts";
import { rotateKeySchema } from "./rotate-key.ts";
import { runSchema } from "./run.ts";
import { sessionsSchema } from "./end-sessions.ts";
import { stateMoveSchema } from "./state-move.ts";
import { verifySchema } from "./verify.ts";

/** The schemas of each command's `--json` output, from which the files in `schemas/` are made. */
export const resultSchemas: Record<string, z.ZodType> = {
  "add-developer": addDeveloperSchema,
  audit: auditSchema,
  cancel: cancelSchema,
  console: consoleSchema,
  destroy: runSchema,
  doctor: doctorSchema,
  "end-sessions": sessionsSchema,
  enroll: enrollSchema,
  error: errorSchema,
  extend: extendSchema,
  guide: guideSchema,
  history: historySchema,
  init: initSchema,
  list: listSchema,
  lock: lockSchema,
  login: loginSchema,
  logout: logoutSchema,
  outputs: outputsSchema,
  preview: previewReportSchema,
  refresh: previewReportSchema,
  "remove-developer": removeDeveloperSchema,
  report: auditorReportSchema,
  "reset-mfa": resetMfaSchema,
  "reset-password": resetPasswordSchema,
  "revoke-keys": revokeKeysSchema,
  "rotate-key": rotateKeySchema,
  "state move": stateMoveSchema,
  unlock: unlockSchema,
  up: runSchema,
  verify: verifySchema,
  whoami: whoamiSchema,
};
