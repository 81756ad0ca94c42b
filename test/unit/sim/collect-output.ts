import type { CliIo } from '../../../server/cli/command';

/** A command's output, kept. */
export function collectOutput(): CliIo & { text(): string; complaints: string[] } {
  const parts: string[] = [];
  const complaints: string[] = [];
  return {
    complaints,
    text: () => parts.join(''),
    write: (text) => {
      parts.push(text);
      return Promise.resolve();
    },
    complain: (line) => void complaints.push(line),
    progress: () => undefined,
    async *stdin() {
      // Nothing comes in.
    },
  };
}
