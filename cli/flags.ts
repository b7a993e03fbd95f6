import * as Flags from "@oclif/core/flags";

/** Flags that several commands share. */

export const yesFlag = Flags.boolean({ char: "y", description: "Do not ask; needed where there is no terminal." });

export const passwordFileFlag = Flags.file({
  description: "Write the one-time password to this new file, mode 0600, instead of showing it.",
});
