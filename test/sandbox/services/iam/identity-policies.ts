import { validatePolicy } from "../../authorization.ts";
import { limitExceeded, noSuchEntity } from "../../errors.ts";
import { parseDocument } from "../../policy-document.ts";
import { iamPage } from "../page.ts";
import type { Call, Operations } from "../service.ts";
import { boundaryContext, existingPolicy } from "./boundaries.ts";
import { arnOf, identityNamed, managedPolicy, policyArn, type IdentityKind } from "./lookup.ts";
import { showAttachedPolicies, showTags } from "./show.ts";

const MANAGED_POLICIES_PER_IDENTITY = 10;
/** The characters of all inline policies together, white space not counted. */
const INLINE_CHARACTERS = { User: 2048, Group: 5120, Role: 10_240 };

/** Actions on inline and attached policies, the same for users, groups and roles. */
export function identityPolicyOperations(kind: IdentityKind): Operations {
  const on = (call: Call) => arnOf(call, kind);
  return {
    [`Put${kind}Policy`]: {
      on,
      async run(call) {
        const document = call.input.string("PolicyDocument");
        parseDocument(document);
        await validatePolicy("identity", document);
        const { name, inlinePolicies } = identityNamed(call, kind);
        const policyName = call.input.string("PolicyName");
        const texts = new Map(inlinePolicies).set(policyName, document).values();
        const characters = [...texts].join("").replace(/\s/g, "").length;
        if (characters > INLINE_CHARACTERS[kind]) {
          throw limitExceeded(
            `Maximum policy size of ${INLINE_CHARACTERS[kind]} bytes exceeded for ${kind.toLowerCase()} ${name}`,
          );
        }
        inlinePolicies.set(policyName, document);
        return {};
      },
    },
    [`Get${kind}Policy`]: {
      on,
      run(call) {
        const name = call.input.string("PolicyName");
        const identity = identityNamed(call, kind);
        const document = identity.inlinePolicies.get(name);
        if (document === undefined) throw noInlinePolicy(kind, name);
        return {
          [`${kind}Name`]: identity.name,
          PolicyName: name,
          PolicyDocument: encodeURIComponent(document),
        };
      },
    },
    [`List${kind}Policies`]: {
      on,
      run(call) {
        const { page, more } = iamPage(call, [...identityNamed(call, kind).inlinePolicies.keys()]);
        return { PolicyNames: page, ...more };
      },
    },
    [`Delete${kind}Policy`]: {
      on,
      run(call) {
        const name = call.input.string("PolicyName");
        if (!identityNamed(call, kind).inlinePolicies.delete(name)) throw noInlinePolicy(kind, name);
        return {};
      },
    },
    [`Attach${kind}Policy`]: {
      on,
      context: (call) => ({ "iam:PolicyARN": policyArn(call) }),
      run(call) {
        const { attachedPolicies } = identityNamed(call, kind);
        const { arn } = managedPolicy(call);
        if (!attachedPolicies.has(arn) && attachedPolicies.size >= MANAGED_POLICIES_PER_IDENTITY) {
          throw limitExceeded(`Cannot exceed quota for PoliciesPer${kind}: ${MANAGED_POLICIES_PER_IDENTITY}`);
        }
        attachedPolicies.add(arn);
        return {};
      },
    },
    [`Detach${kind}Policy`]: {
      on,
      context: (call) => ({ "iam:PolicyARN": policyArn(call) }),
      run(call) {
        const arn = policyArn(call);
        if (!identityNamed(call, kind).attachedPolicies.delete(arn)) {
          throw noSuchEntity(`Policy ${arn} was not found.`);
        }
        return {};
      },
    },
    [`ListAttached${kind}Policies`]: {
      on,
      run(call) {
        const { page, more } = iamPage(call, showAttachedPolicies(identityNamed(call, kind)));
        return { AttachedPolicies: page, ...more };
      },
    },
  };
}

/** Actions on tags and permissions boundaries, the same for users and roles. */
export function tagAndBoundaryOperations(kind: "User" | "Role"): Operations {
  const on = (call: Call) => arnOf(call, kind);
  const entity = (call: Call) => (kind === "User" ? identityNamed(call, "User") : identityNamed(call, "Role"));
  return {
    [`Tag${kind}`]: {
      on,
      context: (call) => ({ "aws:TagKeys": [...call.input.tags().keys()] }),
      run(call) {
        for (const [key, value] of call.input.tags()) entity(call).tags.set(key, value);
        return {};
      },
    },
    [`Untag${kind}`]: {
      on,
      run(call) {
        for (const key of call.input.strings("TagKeys")) entity(call).tags.delete(key);
        return {};
      },
    },
    [`List${kind}Tags`]: {
      on,
      run(call) {
        const { page, more } = iamPage(call, showTags(entity(call).tags));
        return { Tags: page, ...more };
      },
    },
    [`Put${kind}PermissionsBoundary`]: {
      on,
      context: boundaryContext,
      run(call) {
        entity(call).permissionsBoundary = existingPolicy(call, call.input.string("PermissionsBoundary"));
        return {};
      },
    },
    [`Delete${kind}PermissionsBoundary`]: {
      on,
      run(call) {
        delete entity(call).permissionsBoundary;
        return {};
      },
    },
  };
}

const noInlinePolicy = (kind: string, name: string) =>
  noSuchEntity(`The ${kind.toLowerCase()} policy with name ${name} cannot be found.`);
