import type { Settings } from "../../infra/settings.ts";
import type { Project } from "../project/project.ts";
import { withProgress } from "../report/progress.ts";
import type { Diagnosis } from "../results/doctor.ts";
import { diagnose } from "./doctor.ts";
import { diagnosisText } from "./text.ts";

/** The diagnosis, and its text for stdout. */
export async function doctor(project: Project, settings: Settings): Promise<{ diagnosis: Diagnosis; text: string }> {
  const diagnosis = await withProgress("Looking at what up needs", "accounts", (advance) =>
    diagnose(project, settings, advance),
  );
  return { diagnosis, text: diagnosisText(diagnosis, process.stdout) };
}
