/**
 * The grammar of a service control policy (Organizations User Guide, "SCP syntax"; IAM User Guide, "Grammar of the IAM JSON policy
 * language"). Each problem has its line. AWS's own check comes later, and its errors have no line.
 */

import { type MemberNode, parse, type ValueNode } from "@humanwhocodes/momoa";

import { type PolicyDocument, type PolicyStatement, serviceControlPolicyQuota } from "./policies.ts";

/** A problem and its line, from 1. */
export interface LineProblem {
  line: number | undefined;
  message: string;
}

/** The service control policy in a JSON text, or its problems. */
export function readServiceControlPolicy(text: string): { document: PolicyDocument } | { problems: LineProblem[] } {
  const json = readJson(text);
  if ("problem" in json) return { problems: [json.problem] };
  const problems: LineProblem[] = [];
  const refuse: Refuse = (node, message) => {
    problems.push({ line: node.loc.start.line, message });
  };
  checkDocument(json.tree, refuse);
  if (problems.length > 0) return { problems: problems.sort((one, other) => (one.line ?? 0) - (other.line ?? 0)) };
  const { Version, Statement } = JSON.parse(text) as { Version: "2012-10-17"; Statement: unknown };
  const document = { Version, Statement: [Statement].flat() as PolicyStatement[] };
  const { length } = JSON.stringify(document);
  if (length <= serviceControlPolicyQuota) return { document };
  const message = `the policy has ${length.toLocaleString("en")} characters without white space, and AWS takes ${serviceControlPolicyQuota.toLocaleString("en")}; divide it into two files`;
  return { problems: [{ line: undefined, message }] };
}

type Located = Pick<ValueNode, "loc">;
type Refuse = (node: Located, message: string) => void;

/** Parses with two parsers: the one that knows lines accepts a little more than JSON, and has poorer messages than `JSON.parse`. */
function readJson(text: string): { tree: ValueNode } | { problem: LineProblem } {
  try {
    JSON.parse(text);
    return { tree: parse(text, { mode: "json" }).body };
  } catch (error) {
    const { message } = error as Error;
    const words = message.replace(/ in JSON at position .*$|, (?:\.{3})?".*$/s, "");
    const line = lineOfFault(text) ?? /\(line (\d+) /.exec(message)?.[1];
    return {
      problem: { line: line === undefined ? undefined : Number(line), message: `this is not JSON: ${lowered(words)}` },
    };
  }
}

function lineOfFault(text: string): number | undefined {
  try {
    parse(text, { mode: "json" });
    return undefined;
  } catch (error) {
    return (error as { line?: number }).line;
  }
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const documentElements = ["Version", "Statement"];
const statementElements = [
  ...["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"],
] as const;

function checkDocument(tree: ValueNode, refuse: Refuse): void {
  const elements = elementsOf(tree, "a policy", documentElements, refuse);
  if (elements === undefined) return;
  const version = elements.get("Version");
  if (version === undefined) refuse(tree, 'Version is missing; write "Version": "2012-10-17"');
  else if (version.value.type !== "String" || version.value.value !== "2012-10-17") {
    refuse(version.value, 'Version must be "2012-10-17"');
  }
  const statement = elements.get("Statement");
  if (statement === undefined) {
    refuse(tree, "Statement is missing");
    return;
  }
  const statements = listOf(statement.value);
  if (statements.length === 0) refuse(statement.value, "Statement has no statement");
  const sids = new Map<string, number>();
  for (const one of statements) {
    const sid = checkStatement(one, refuse);
    if (sid === undefined) continue;
    const first = sids.get(sid.value);
    if (first !== undefined) refuse(sid, `the Sid ${sid.value} is there twice, first in line ${first}`);
    else sids.set(sid.value, sid.loc.start.line);
  }
}

/** @returns the statement's Sid, where it is valid */
function checkStatement(statement: ValueNode, refuse: Refuse): (Located & { value: string }) | undefined {
  const elements = elementsOf(statement, "a statement", [...statementElements], refuse);
  if (elements === undefined) return undefined;
  const value = (name: (typeof statementElements)[number]): ValueNode | undefined => elements.get(name)?.value;
  const effect = value("Effect");
  if (effect === undefined) refuse(statement, "Effect is missing: Deny or Allow");
  else if (effect.type !== "String" || !["Deny", "Allow"].includes(effect.value)) {
    refuse(effect, `Effect must be "Deny" or "Allow"${butNot(effect)}`);
  }
  for (const [one, other] of [
    ["Action", "NotAction"],
    ["Resource", "NotResource"],
  ] as const) {
    const [first, second] = [value(one), value(other)];
    if (first !== undefined && second !== undefined) refuse(second, `a statement has ${one} or ${other}, not both`);
    if (first === undefined && second === undefined) refuse(statement, `${one} is missing, or ${other}`);
    for (const list of [first, second]) if (list !== undefined) checkTexts(one, list, refuse);
  }
  const condition = value("Condition");
  if (condition !== undefined) checkCondition(condition, refuse);
  const sid = value("Sid");
  if (sid === undefined) return undefined;
  if (sid.type === "String" && /^[A-Za-z0-9]+$/.test(sid.value)) return sid;
  refuse(sid, `a Sid is of letters and digits${butNot(sid)}`);
  return undefined;
}

const forms = {
  Action: {
    form: /^(?:\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+)$/,
    rule: "an action is SERVICE:NAME, such as ec2:RunInstances, or *",
  },
  Resource: { form: /^(?:\*|arn(?::[^\s:]*){4}:\S+|arn:\S*[*?]\S*)$/, rule: "a resource is an ARN, or *" },
};

function checkTexts(element: keyof typeof forms, list: ValueNode, refuse: Refuse): void {
  const { form, rule } = forms[element];
  const entries = listOf(list);
  if (entries.length === 0) refuse(list, `the list is empty; ${rule}`);
  for (const entry of entries) {
    if (entry.type !== "String" || !form.test(entry.value)) refuse(entry, `${rule}${butNot(entry)}`);
  }
}

/** IAM User Guide, "IAM JSON policy elements: Condition operators". */
const operators = new RegExp(
  String.raw`^(?:ForAllValues:|ForAnyValue:)?(?:(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|(?:Numeric|Date)(?:NotEquals|Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?|Null)$`,
);

function checkCondition(condition: ValueNode, refuse: Refuse): void {
  for (const { name: operator, value: keys } of membersOf(condition, "a Condition", refuse) ?? []) {
    if (!operators.test(operator.value)) refuse(operator, `there is no condition operator ${operator.value}`);
    for (const { name: key, value } of membersOf(keys, `${operator.value} of a Condition`, refuse) ?? []) {
      if (!/^[\w-]+:\S/.test(key.value))
        refuse(key, `a condition key is such as aws:RequestedRegion, not ${key.value}`);
      const values = listOf(value);
      if (values.length === 0) refuse(value, `${key.value} has no value`);
      for (const one of values) {
        if (!["String", "Number", "Boolean"].includes(one.type)) refuse(one, `a value of ${key.value} must be text`);
      }
    }
  }
}

type Member = MemberNode & { name: { value: string; loc: MemberNode["loc"] } };

/** The elements of an object by name; unknown ones are refused. */
function elementsOf(node: ValueNode, what: string, known: string[], refuse: Refuse): Map<string, Member> | undefined {
  const members = membersOf(node, what, refuse);
  if (members === undefined) return undefined;
  for (const { name } of members) {
    if (!known.includes(name.value)) refuse(name, `${name.value}: ${unknownElement(name.value, what, known)}`);
  }
  return new Map(members.map((member) => [member.name.value, member]));
}

function unknownElement(name: string, what: string, known: string[]): string {
  if (name === "Principal" || name === "NotPrincipal") {
    return "a service control policy names no principals, but binds everybody in the accounts; except some by a Condition on aws:PrincipalArn";
  }
  const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
  return meant === undefined ? `${what} has ${known.join(", ")} alone` : `write ${meant}`;
}

/** The members of an object; a name that stands twice is refused. */
function membersOf(node: ValueNode, what: string, refuse: Refuse): Member[] | undefined {
  if (node.type !== "Object") {
    refuse(node, `${what} must be an object, in { }`);
    return undefined;
  }
  const members = node.members as Member[];
  for (const [index, { name }] of members.entries()) {
    const twin = members.slice(0, index).find((one) => one.name.value === name.value);
    if (twin !== undefined) refuse(name, `${name.value} is there twice, first in line ${twin.name.loc.start.line}`);
  }
  return members;
}

/** A list's entries; a single value is a list of one. */
const listOf = (node: ValueNode): ValueNode[] =>
  node.type === "Array" ? node.elements.map(({ value }) => value) : [node];

function butNot(node: ValueNode): string {
  if (node.type === "String") return node.value.length > 60 ? "" : `, not "${node.value}"`;
  return "";
}
