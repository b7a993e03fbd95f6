/** The commands for developers: the help lists them apart, and the developers' package has no others. */
export const developerCommands = ["console", "credential-process", "enroll", "login", "logout", "rotate-key", "whoami"];
