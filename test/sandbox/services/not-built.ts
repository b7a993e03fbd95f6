import { AwsError } from "../errors.ts";
import { jsonProtocol } from "../protocols/json.ts";
import type { Protocol } from "../protocols/protocol.ts";
import type { Service } from "./service.ts";

/**
 * Services of which only the authorization is implemented: an allowed action is answered by NotImplemented, a denied one by AccessDenied.
 */

/** IAM Identity Center's administration. */
export const ssoAdmin: Service = {
  name: "sso-admin",
  permissionPrefix: "sso",
  protocol: jsonProtocol("1.1", "SWBExternalService"),
  operations: {},
};

/** The actions of IAM Roles Anywhere, by method and path. */
const ROLES_ANYWHERE: Record<string, string> = {
  "POST /trustanchors": "CreateTrustAnchor",
  "GET /trustanchors": "ListTrustAnchors",
  "POST /profiles": "CreateProfile",
  "GET /profiles": "ListProfiles",
};

/** The REST-JSON protocol: method and path determine the action. */
const restJson: Protocol = {
  ...jsonProtocol("1.1", ""),
  parse({ method, path, body }) {
    const action = ROLES_ANYWHERE[`${method} ${path}`];
    if (action === undefined) throw new AwsError("NotImplemented", `The sandbox has no ${method} ${path}.`, 501);
    return { action, input: JSON.parse(body.toString() || "{}") as Record<string, unknown> };
  },
};

/** IAM Roles Anywhere. */
export const rolesAnywhere: Service = {
  name: "rolesanywhere",
  permissionPrefix: "rolesanywhere",
  protocol: restJson,
  operations: {},
};
