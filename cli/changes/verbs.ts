import type { Operation } from "./step.ts";

interface OperationWords {
  /** The sign tells the operation without colour, too. */
  sign: string;
  colour: "green" | "yellow" | "red";
  /** "adds 2 roles" */
  will: string;
  /** "added 2 roles" */
  did: string;
  /** "2 roles created" */
  is: string;
}

/** How each operation is marked and told, in the order of a summary. */
export const operationWords: Record<Operation, OperationWords> = {
  adopt: { sign: "~", colour: "yellow", will: "takes over", did: "took over", is: "taken into the stack" },
  create: { sign: "+", colour: "green", will: "adds", did: "added", is: "created" },
  delete: { sign: "-", colour: "red", will: "removes", did: "removed", is: "deleted" },
  replace: { sign: "±", colour: "yellow", will: "replaces", did: "replaced", is: "replaced" },
  update: { sign: "~", colour: "yellow", will: "changes", did: "changed", is: "changed" },
};

export const operations = Object.keys(operationWords) as Operation[];
