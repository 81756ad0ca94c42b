import type { SimulationState } from '../../server/simulation-protocol';

const steps: readonly (readonly [control: string, title: string])[] = [
  ['down', 'Down'],
  ['side', 'Side'],
  ['up', 'Up'],
];

/** Where the machine stands, and why a step cannot be made: what the tree's message says. */
export function statusText(state: SimulationState): string {
  const { position, operation, note, underWay, move, stop, message, toCome } = state;
  if (stop) {
    const what = stop.kind === 'bug' ? `The kernel stops here: ${stop.text}` : capital(stop.text);
    return `${what}. Step back to go on.`;
  }
  const lines: string[] = [];
  if (message !== null) lines.push(message);
  if (operation === null) lines.push(`${operations(toCome)} to come: Next begins.`);
  else lines.push(`${operation}, move ${position}: ${move ?? ''}.`);
  if (note !== '' && operation !== null) lines.push(`“${note}”`);
  if (underWay) lines.push(...reasons(state));
  else if (operation !== null)
    lines.push(toCome === 0 ? 'All is done.' : `${operations(toCome)} to come.`);
  return lines.join(' ');
}

/** Why steps cannot be made; those that cannot be for the same reason together. */
function reasons({ controls }: SimulationState): string[] {
  const byReason = new Map<string, string[]>();
  for (const [control, title] of steps) {
    const reason = controls.find(({ name }) => name === control)?.reason;
    if (!reason) continue;
    byReason.set(reason, [...(byReason.get(reason) ?? []), title]);
  }
  return [...byReason].map(([reason, titles]) => `No ${titles.join(', ')}: ${reason}.`);
}

function operations(count: number): string {
  if (count === 0) return 'No operation';
  return count === 1 ? '1 operation' : `${count} operations`;
}

/** The counters in one line: `4K 512 · 2M 1 · tables 4`; those that never counted are left out. */
export function counterText({ counters }: SimulationState): string {
  return counters
    .filter(({ value, was }) => value !== 0 || was !== null)
    .map(({ name, value }) => `${name} ${value}`)
    .join(' · ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
