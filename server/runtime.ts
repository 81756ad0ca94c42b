/** What the server needs of its surroundings: differs between Node and a browser worker. */
export interface Runtime {
  /** Lets other work go first: pending messages, above all cancellations, are read meanwhile. */
  pause(): Promise<void>;
  /** URI of docs/findings.md as it came with the server; `null`: it did not. */
  readonly findingsPage: string | null;
}
