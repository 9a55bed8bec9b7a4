/** What an unexpected error says, for a log or a report. */
export function tellError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
