import type { MachineView, Session } from '../../src-core/index';
import type { SimulationMove } from '../simulation-protocol';

/** Moves under way: a yield after each; at the end what there is to say, `null`: nothing. */
export type Moves = Generator<void, string | null>;

type Direction = 'down' | 'side' | 'up';
type WalkerMove = NonNullable<ReturnType<MachineView['walkerMove']>>;

const done: Readonly<Record<WalkerMove['to'], string>> = {
  down: 'stepped down',
  side: 'stepped side',
  up: 'stepped up',
  restart: 'went back to the root',
  end: 'ended',
};

/** Makes the moves that are asked for, as far as they go. */
export function* makeMoves(session: Session, view: MachineView, move: SimulationMove): Moves {
  switch (move.to) {
    case 'next':
      return yield* forward(session, move.count ?? 1);
    case 'back':
      session.back();
      return null;
    case 'restart':
      session.goTo(0);
      return null;
    case 'position':
      return yield* toPosition(session, move.position);
    case 'end':
      return yield* forward(session, Infinity);
    case 'yield':
      return problemText(session.intervene(null));
    case 'address':
      return yield* toAddress(session, view, move.address);
    default:
      return yield* toStep(session, view, move.to);
  }
}

/** Problems of a refused request as one sentence; `null`: it was not refused. */
export function problemText(refusal: ReturnType<Session['intervene']>): string | null {
  if (!refusal) return null;
  const text = refusal.problems
    .map(({ pointer, message }) => `${pointer === '' ? '' : `${pointer.slice(1)}: `}${message}`)
    .join('; ');
  return sentence(text);
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function* forward(session: Session, count: number): Moves {
  for (let made = 0; made < count && session.forward(); made++) yield;
  return null;
}

function* toPosition(session: Session, position: number): Moves {
  session.goTo(Math.min(position, session.known));
  return yield* forward(session, position - session.position);
}

function* toAddress(session: Session, view: MachineView, text: string): Moves {
  const { name, end, canonical = false } = view.goal;
  const digits = text.trim().replace(/^0x/i, '');
  const word = /^[0-9a-f]{1,64}$/i.test(digits) ? BigInt(`0x${digits}`) : null;
  const upperHalf = canonical && word !== null && word >> 47n === 0x1_ffffn;
  const address = word === null ? NaN : Number(upperHalf ? BigInt.asUintN(48, word) : word);
  if (!(address < end)) {
    return `A ${name} below 0x${end.toString(16)} is expected, in hexadecimal.`;
  }
  while (session.forward()) {
    if (view.isAt(address)) return null;
    yield;
  }
  return `No walk came to ${name} 0x${address.toString(16)} any more.`;
}

/**
 * To the walker's next step of that kind: down from where it is, side within its table (over what
 * hangs below), up out of its table. It ends early where the walk does something else.
 */
function* toStep(session: Session, view: MachineView, wanted: Direction): Moves {
  const from = levelOf(session);
  while (session.forward()) {
    const kind = session.last?.kind;
    if (kind === 'done') return `The operation ended before its walk ${done[wanted]}.`;
    if (kind === 'walk') return `That walk was over; the next one began before it ${done[wanted]}.`;
    const move = view.walkerMove();
    if (move && isReached(wanted, from, move)) return null;
    if (move && !goesOn(wanted, from, move)) return `The walk ${done[move.to]} instead.`;
    yield;
  }
  return null;
}

function isReached(wanted: Direction, from: number, { to, level }: WalkerMove): boolean {
  if (to !== wanted) return false;
  return wanted === 'down' || (wanted === 'side' ? level >= from : level > from);
}

/** Whether a move only leads through what is to be passed over. */
function goesOn(wanted: Direction, from: number, { to, level }: WalkerMove): boolean {
  return wanted !== 'down' && to !== 'restart' && to !== 'end' && level <= from;
}

/** Level at which the walker is. */
function levelOf(session: Session): number {
  for (let move = session.position; move > 0; move--) {
    const record = session.record(move);
    const level = record?.iter?.level ?? record?.walker?.level;
    if (level !== undefined) return level;
  }
  return 0;
}
