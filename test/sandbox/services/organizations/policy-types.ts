import { AwsError } from "../../errors.ts";
import type { Organization } from "../../model/organization.ts";
import type { Output } from "../../protocols/protocol.ts";
import type { Call, Operations } from "../service.ts";
import { change, policyTypeNotEnabled, typeFrom } from "./policies.ts";

/** Enabling and disabling types of policies (Organizations API Reference, "EnablePolicyType" and "DisablePolicyType"). */
export const policyTypeOperations: Operations = {
  EnablePolicyType: switched((organization, type) => {
    if (organization.enabledPolicyTypes.has(type)) {
      throw new AwsError(
        "PolicyTypeAlreadyEnabledException",
        "The specified policy type is already enabled in the specified root.",
      );
    }
    organization.enable(type);
  }),
  DisablePolicyType: switched((organization, type) => {
    if (!organization.enabledPolicyTypes.has(type)) throw policyTypeNotEnabled();
    organization.disable(type);
  }),
};

function switched(act: (organization: Organization, type: ReturnType<typeof typeFrom>) => void) {
  return change({
    on: rootArn,
    context: (call) => ({ "organizations:PolicyType": typeFrom(call, "PolicyType") }),
    run(call) {
      const { organization } = call.aws;
      const type = typeFrom(call, "PolicyType");
      refuseUnknownRoot(call);
      act(organization, type);
      return { Root: showRoot(organization) };
    },
  });
}

/** The root, with the enabled types of policies. */
export const showRoot = (organization: Organization): Output => ({
  Id: organization.rootId,
  Arn: organization.arn("root", organization.rootId),
  Name: "Root",
  PolicyTypes: [...organization.enabledPolicyTypes].map((type) => ({ Type: type, Status: "ENABLED" })),
});

function rootArn(call: Call): string {
  return call.aws.organization.arn("root", call.input.string("RootId"));
}

function refuseUnknownRoot(call: Call): void {
  if (call.input.string("RootId") === call.aws.organization.rootId) return;
  throw new AwsError("RootNotFoundException", "You specified a root that doesn't exist.");
}
