/** What an error says, for a log or a message. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
