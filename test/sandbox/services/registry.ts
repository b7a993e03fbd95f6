import { cloudControl } from "./cloud-control/cloud-control.ts";
import { cloudFormation } from "./cloudformation/cloudformation.ts";
import { cloudTrail } from "./cloud-trail.ts";
import { ec2 } from "./ec2.ts";
import { iam } from "./iam/iam.ts";
import { rolesAnywhere, ssoAdmin } from "./not-built.ts";
import { organizations } from "./organizations/organizations.ts";
import type { Service } from "./service.ts";
import { sts } from "./sts.ts";

/** The services, by the name in the credential scope of a signature. */
export const services: ReadonlyMap<string, Service> = new Map([
  ["iam", iam],
  ["sts", sts],
  ["organizations", organizations],
  ["cloudcontrolapi", cloudControl],
  ["cloudformation", cloudFormation],
  ["cloudtrail", cloudTrail],
  ["ec2", ec2],
  ["sso", ssoAdmin],
  ["rolesanywhere", rolesAnywhere],
]);
