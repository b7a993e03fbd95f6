import { deleteConflict, entityAlreadyExists } from "../../errors.ts";
import { newUser } from "../../model/create.ts";
import type { User } from "../../model/entities.ts";
import { tags } from "../../request-context.ts";
import { iamPage } from "../page.ts";
import type { Operations } from "../service.ts";
import { boundaryContext, existingPolicy } from "./boundaries.ts";
import { identityNamed, newArn, userArn, userNamedOrCalling } from "./lookup.ts";
import { showGroup, showTags, showUser } from "./show.ts";

/** Users and their groups. */
export const userOperations: Operations = {
  GetUser: {
    on: userArn,
    run(call) {
      const user = userNamedOrCalling(call);
      return {
        User: {
          ...showUser(user),
          ...(user.tags.size === 0 ? {} : { Tags: showTags(user.tags) }),
        },
      };
    },
  },
  ListUsers: {
    on: (call) => call.account.arn("user/"),
    run(call) {
      const prefix = call.input.optional("PathPrefix") ?? "/";
      const { page, more } = iamPage(
        call,
        [...call.account.users].filter((user) => user.path.startsWith(prefix)),
      );
      return { Users: page.map(showUser), ...more };
    },
  },
  CreateUser: {
    on: (call) => newArn(call, "user", "UserName"),
    context: (call) => ({
      ...tags("aws:RequestTag", call.input.tags()),
      ...(call.input.tags().size === 0 ? {} : { "aws:TagKeys": [...call.input.tags().keys()] }),
      ...boundaryContext(call),
    }),
    run(call) {
      const name = call.input.name("UserName");
      if (call.account.users.isTaken(name)) throw entityAlreadyExists(`User with name ${name} already exists.`);
      const user = newUser(call.account, name, call.input.optional("Path") ?? "/", call.now);
      for (const [key, value] of call.input.tags()) user.tags.set(key, value);
      const boundary = call.input.optional("PermissionsBoundary");
      if (boundary !== undefined) user.permissionsBoundary = existingPolicy(call, boundary);
      call.account.users.add(user);
      return { User: showUser(user) };
    },
  },
  UpdateUser: {
    on: userArn,
    run(call) {
      const user = identityNamed(call, "User");
      const name = call.input.optional("NewUserName") ?? user.name;
      if (name.toLowerCase() !== user.name.toLowerCase() && call.account.users.isTaken(name)) {
        throw entityAlreadyExists(`User with name ${name} already exists.`);
      }
      call.account.users.remove(user);
      user.name = name;
      user.path = call.input.optional("NewPath") ?? user.path;
      user.arn = call.account.arn(`user${user.path}${user.name}`);
      call.account.users.add(user);
      return {};
    },
  },
  DeleteUser: {
    on: userArn,
    run(call) {
      const user = identityNamed(call, "User");
      const remains = whatRemains(user);
      if (remains !== undefined) throw deleteConflict(`Cannot delete entity, must ${remains} first.`);
      call.account.users.remove(user);
      return {};
    },
  },
  ListGroupsForUser: {
    on: userArn,
    run(call) {
      const { page, more } = iamPage(call, [...identityNamed(call, "User").groups]);
      return { Groups: page.map(showGroup), ...more };
    },
  },
};

/** The first thing that prevents DeleteUser, in AWS's words; undefined where nothing does. */
function whatRemains(user: User): string | undefined {
  const obstacles: [boolean, string][] = [
    [user.loginProfile !== undefined, "delete login profile"],
    [user.accessKeys.length > 0, "delete access keys"],
    [user.mfaDevices.length > 0, "delete MFA device"],
    [user.signingCertificates.length > 0, "delete signing certificates"],
    [user.sshPublicKeys.length > 0, "delete SSH public keys"],
    [user.serviceSpecificCredentials.length > 0, "delete service specific credentials"],
    [user.groups.size > 0, "remove users from group"],
    [user.inlinePolicies.size > 0, "delete policies"],
    [user.attachedPolicies.size > 0, "detach all policies"],
  ];
  return obstacles.find(([remains]) => remains)?.[1];
}
