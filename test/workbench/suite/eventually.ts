const pauseMs = 100;

/**
 * Asks until there is an answer: for things that VS Code offers no event for, such as a language
 * server that has started. Ends with the test's own time limit.
 */
export async function eventually<T>(ask: () => Thenable<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
