import type { Settings } from "../../infra/settings.ts";
import { warningLines } from "../preview/text.ts";
import { authAccountUnderPolicy } from "./auth-account.ts";

/** What stands above a list of developers, a line each: what keeps all of them from logging in. */
export async function alarmsOf(settings: Settings, stream: NodeJS.WriteStream): Promise<string[]> {
  return warningLines(await authAccountUnderPolicy(settings), stream);
}
