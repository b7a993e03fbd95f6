import type { Settings } from "../../infra/settings.ts";

export interface AuditLimits {
  /** Days in which a new user, password or key may wait for what it is for. */
  grace: number;
  /** Days after which an access key is old. */
  maxKeyAge: number;
}

/** {@link AuditLimits.grace} where none is given. */
export const usualGrace = 7;

/** The limits where none is given. */
export const usualLimits = ({ maxKeyAge = 90 }: Pick<Settings, "maxKeyAge">): AuditLimits => ({
  grace: usualGrace,
  maxKeyAge,
});
