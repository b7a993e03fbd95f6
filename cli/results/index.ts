import { z } from "zod";

import { addDeveloperSchema, handoverSchema } from "./add-developer.ts";
import { cancelSchema } from "./cancel.ts";
import { resetMfaSchema, revokeKeysSchema } from "./credentials.ts";
import { doctorSchema } from "./doctor.ts";
import { enrollSchema } from "./enroll.ts";
import { errorSchema } from "./error.ts";
import { guideSchema } from "./guide.ts";
import { initSchema } from "./init.ts";
import { listSchema } from "./list.ts";
import { consoleSchema, loginSchema, logoutSchema, whoamiSchema } from "./login.ts";
import { outputsSchema } from "./outputs.ts";
import { removeDeveloperSchema } from "./remove-developer.ts";
import { previewReportSchema } from "./report.ts";
import { runSchema } from "./run.ts";
import { sessionsSchema } from "./end-sessions.ts";
import { stateMoveSchema } from "./state-move.ts";
import { verifySchema } from "./verify.ts";

/** What each command prints with `--json`: the files in `schemas/` are made of it. */
export const resultSchemas: Record<string, z.ZodType> = {
  "add-developer": addDeveloperSchema,
  cancel: cancelSchema,
  console: consoleSchema,
  destroy: runSchema,
  doctor: doctorSchema,
  "end-sessions": sessionsSchema,
  enroll: enrollSchema,
  error: errorSchema,
  guide: guideSchema,
  init: initSchema,
  list: listSchema,
  login: loginSchema,
  logout: logoutSchema,
  outputs: outputsSchema,
  preview: previewReportSchema,
  refresh: previewReportSchema,
  "remove-developer": removeDeveloperSchema,
  "reset-mfa": resetMfaSchema,
  "reset-password": z.array(handoverSchema),
  "revoke-keys": revokeKeysSchema,
  "state move": stateMoveSchema,
  up: runSchema,
  verify: verifySchema,
  whoami: whoamiSchema,
};
