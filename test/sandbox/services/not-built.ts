import { AwsError } from "../errors.ts";
import { jsonProtocol } from "../protocols/json.ts";
import type { Protocol } from "../protocols/protocol.ts";
import type { Service } from "./service.ts";

/**
 * Services of which nothing is built but who may do what: an action that is allowed is answered by NotImplemented, one
 * that is not by AccessDenied.
 */

/** IAM Identity Center's administration. */
export const ssoAdmin: Service = {
  name: "sso-admin",
  permissionPrefix: "sso",
  protocol: jsonProtocol("1.1", "SWBExternalService"),
  operations: {},
};

/** The actions of IAM Roles Anywhere, by method and address. */
const ROLES_ANYWHERE: Record<string, string> = {
  "POST /trustanchors": "CreateTrustAnchor",
  "GET /trustanchors": "ListTrustAnchors",
  "POST /profiles": "CreateProfile",
  "GET /profiles": "ListProfiles",
};

/** JSON in a REST interface: the action is in the method and the address. */
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
