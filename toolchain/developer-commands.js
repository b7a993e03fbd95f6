/** The commands that a developer has: the help shows them apart, and the developers' package holds no others. */
export const developerCommands = ["console", "credential-process", "enroll", "login", "logout", "rotate-key", "whoami"];
