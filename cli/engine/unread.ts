import type { Resource } from "./deployment.ts";

/**
 * A resource that a run was changing when it died may be as before in AWS, or not. The engine and `pulumi stack import` both forget such an
 * operation as soon as they write the state. So the resource itself is marked until AWS was read for it, whatever ends the runs in between.
 * The mark is its time of creation, which neither a refresh nor a step `same` writes.
 */
const mark = "1970-01-01T00:00:00Z";

/** Whether AWS has to be read for a resource before the state is compared with the settings. */
export function isUnread({ created }: Pick<Resource, "created">): boolean {
  return created === mark;
}

export function markUnread(resource: Resource): void {
  resource.created = mark;
}

/** Takes the marks off. @returns whether there were any */
export function markRead(resources: Resource[]): boolean {
  const marked = resources.filter(isUnread);
  // When the resource was made is unknown from then on.
  for (const resource of marked) delete resource.created;
  return marked.length > 0;
}
