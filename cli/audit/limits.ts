import type { Settings } from "../../infra/settings.ts";

export interface AuditLimits {
  /** Days that a new user may be without MFA, a one-time password unchanged, and a new access key unused. */
  grace: number;
  /** Days after which an access key is old. */
  maxKeyAge: number;
}

/** The default of {@link AuditLimits.grace}. */
export const usualGrace = 7;

/** The default limits. */
export const usualLimits = ({ maxKeyAge = 90 }: Pick<Settings, "maxKeyAge">): AuditLimits => ({
  grace: usualGrace,
  maxKeyAge,
});
