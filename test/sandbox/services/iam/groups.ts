import { deleteConflict, entityAlreadyExists } from "../../errors.ts";
import { newGroup } from "../../model/create.ts";
import { iamPage } from "../page.ts";
import type { Operations } from "../service.ts";
import { groupArn, identityNamed, newArn } from "./lookup.ts";
import { showGroup, showUser } from "./show.ts";

/** Actions on groups and their members. */
export const groupOperations: Operations = {
  CreateGroup: {
    on: (call) => newArn(call, "group", "GroupName"),
    run(call) {
      const name = call.input.name("GroupName");
      if (call.account.groups.isTaken(name)) throw entityAlreadyExists(`Group with name ${name} already exists.`);
      const group = newGroup(call.account, name, call.input.optional("Path") ?? "/", call.now);
      call.account.groups.add(group);
      return { Group: showGroup(group) };
    },
  },
  GetGroup: {
    on: groupArn,
    run(call) {
      const group = identityNamed(call, "Group");
      const { page, more } = iamPage(call, call.account.members(group));
      return { Group: showGroup(group), Users: page.map(showUser), ...more };
    },
  },
  ListGroups: {
    on: (call) => call.account.arn("group/"),
    run(call) {
      const { page, more } = iamPage(call, [...call.account.groups]);
      return { Groups: page.map(showGroup), ...more };
    },
  },
  UpdateGroup: {
    on: groupArn,
    run(call) {
      const group = identityNamed(call, "Group");
      group.path = call.input.optional("NewPath") ?? group.path;
      group.arn = call.account.arn(`group${group.path}${group.name}`);
      return {};
    },
  },
  DeleteGroup: {
    on: groupArn,
    run(call) {
      const group = identityNamed(call, "Group");
      if (call.account.members(group).length > 0) {
        throw deleteConflict("Cannot delete entity, must remove users from group first.");
      }
      if (group.inlinePolicies.size > 0) throw deleteConflict("Cannot delete entity, must delete policies first.");
      if (group.attachedPolicies.size > 0) {
        throw deleteConflict("Cannot delete entity, must detach all policies first.");
      }
      call.account.groups.remove(group);
      return {};
    },
  },
  AddUserToGroup: {
    on: groupArn,
    run(call) {
      identityNamed(call, "User").groups.add(identityNamed(call, "Group"));
      return {};
    },
  },
  RemoveUserFromGroup: {
    on: groupArn,
    run(call) {
      identityNamed(call, "User").groups.delete(identityNamed(call, "Group"));
      return {};
    },
  },
};
