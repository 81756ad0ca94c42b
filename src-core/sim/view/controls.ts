import type { Session } from '../session';
import type { Control, ControlName, Direction } from './machine-view';

/** Why a walker cannot make a step from where it is; `null`: it can. */
export type StepReason = (direction: Direction) => string | null;

/** Operations of the script that have not begun. */
export function stepsToCome({ script, currentStep }: Session): number {
  return script.length - (currentStep ?? -1) - 1;
}

type Reason = (session: Session, step: StepReason) => string | null;

const stopped: Reason = ({ machine }) =>
  machine.stopped === null
    ? null
    : machine.stopped.kind === 'bug'
      ? 'the kernel stopped here (BUG): step back'
      : 'the walk came to a table that nobody showed: step back';

const nothingLeft: Reason = (session) =>
  session.position < session.known || session.underWay || stepsToCome(session) > 0
    ? null
    : 'all is done: run an operation';

const notUnderWay: Reason = ({ underWay }) => (underWay ? null : 'no operation is under way');

const yieldDue: Reason = ({ machine }) =>
  machine.state.rescheduleDue
    ? 'somebody wants the CPU already: the walk yields where this kernel lets it'
    : null;

const atBeginning: Reason = ({ position }) => (position === 0 ? 'nothing has happened yet' : null);

function stepTo(direction: Direction): Reason {
  return (_session, step) => step(direction);
}

/** What stands against each control, the first reason first. */
const rules: Readonly<Record<ControlName, readonly Reason[]>> = {
  next: [stopped, nothingLeft],
  down: [stopped, stepTo('down')],
  side: [stopped, stepTo('side')],
  up: [stopped, stepTo('up')],
  back: [atBeginning],
  runTo: [stopped, nothingLeft],
  runToEnd: [stopped, nothingLeft],
  restart: [atBeginning],
  yield: [stopped, notUnderWay, yieldDue],
  play: [stopped, nothingLeft],
  do: [stopped],
};

/** What can be asked for now, and why the rest cannot. */
export function controlsOf(session: Session, step: StepReason): Control[] {
  return (Object.keys(rules) as ControlName[]).map((name) => {
    const reason = rules[name].map((rule) => rule(session, step)).find((text) => text !== null);
    return { name, enabled: reason === undefined, reason: reason ?? null };
  });
}
