import { AwsError, validationError } from "../../errors.ts";

/** A resource in a template, with every function evaluated. */
export interface TemplateResource {
  type: string;
  properties: Record<string, unknown>;
}

/** The values of pseudo parameters for one account. */
export interface TemplatePlace {
  accountId: string;
  region: string;
}

const TYPES = ["AWS::IAM::Role", "AWS::IAM::ManagedPolicy"];

/**
 * The resources of a template in one account, by logical name. Of CloudFormation's language only `Fn::Sub` with pseudo parameters, in
 * values, is implemented. Everything else is refused, so that no test passes because something was ignored.
 */
export function interpret(template: string, place: TemplatePlace): Map<string, TemplateResource> {
  const { Resources: resources, ...rest } = parsedTemplate(template);
  const other = Object.keys(rest).find((key) => !["AWSTemplateFormatVersion", "Description"].includes(key));
  if (other !== undefined) throw notImplemented(`a template's ${other}`);
  const declared = Object.entries(objectOf(resources, "Resources"));
  if (declared.length === 0)
    throw validationError("Template format error: At least one Resources member must be defined.");
  return new Map(declared.map(([name, resource]) => [name, resourceIn(name, resource, place)]));
}

/** Whether a template makes IAM resources with custom names, which requires CAPABILITY_NAMED_IAM. */
export function namesIamResources(template: string): boolean {
  return /"(RoleName|ManagedPolicyName)"/.test(template);
}

function parsedTemplate(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text), "template");
  } catch (error) {
    if (error instanceof SyntaxError) throw notImplemented("a template that is not JSON");
    throw error;
  }
}

function resourceIn(name: string, resource: unknown, place: TemplatePlace): TemplateResource {
  const { Type: type, Properties: properties = {}, ...rest } = objectOf(resource, name);
  const [other] = Object.keys(rest);
  if (other !== undefined) throw notImplemented(`${other} of a resource`);
  if (typeof type !== "string" || !TYPES.includes(type)) throw notImplemented(`the resource type ${String(type)}`);
  return { type, properties: objectOf(resolved(properties, place), name) };
}

function resolved(value: unknown, place: TemplatePlace): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, place));
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const intrinsic = entries.find(([key]) => key.startsWith("Fn::") || key === "Ref" || key === "Condition");
  // A policy's Condition is a map; a template's Condition is a name.
  if (intrinsic !== undefined && !(intrinsic[0] === "Condition" && typeof intrinsic[1] === "object")) {
    const [name, argument] = intrinsic;
    if (name !== "Fn::Sub" || typeof argument !== "string" || entries.length > 1) throw notImplemented(name);
    return substituted(argument, place);
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolved(inner, place)]));
}

/** `${AWS::AccountId}` and its like are replaced, `${!name}` becomes `${name}` (CloudFormation User Guide, "Fn::Sub"). */
function substituted(text: string, { accountId, region }: TemplatePlace): string {
  const values: Record<string, string> = {
    "AWS::AccountId": accountId,
    "AWS::Region": region,
    "AWS::Partition": "aws",
  };
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    const value = values[name];
    if (value === undefined) {
      throw validationError(`Template error: instance of Fn::Sub references invalid resource attribute ${name}`);
    }
    return value;
  });
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw validationError(`Template format error: [/${what}] is not a map.`);
}

const notImplemented = (what: string): AwsError =>
  new AwsError("NotImplemented", `The sandbox does not implement ${what} in CloudFormation.`, 501);
