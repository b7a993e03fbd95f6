/** Names that the stack gives to its own providers, beside one per development account. */
export const reservedAccountNames = ["management", "auth"];
