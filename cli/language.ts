/** The languages of the developers' page: each has its text in `guide/`, so that they can be compared side by side. */
export const languages = ["en", "ja"] as const;
export type Language = (typeof languages)[number];

/** The language of the first locale variable that is set; English when there is no page in it. */
export function languageOf(environment: NodeJS.ProcessEnv = process.env): Language {
  const locale = ["LC_ALL", "LC_MESSAGES", "LANG"].map((name) => environment[name]).find((value) => value);
  return languages.find((language) => language === locale?.split(/[_.@]/)[0]) ?? "en";
}
