import { Machine } from '../machine';
import type { Session } from '../session';
import { ShadowMachine } from '../shadow/shadow-machine';
import { Stage2Machine } from '../stage2/stage2-machine';
import type { MachineView } from './machine-view';
import { ShadowView } from './shadow-view';
import { Stage2View } from './stage2-view';
import { TdpView } from './tdp-view';

/** Makes the view of a session, if its machine is of the kind it shows. */
type ViewOf = (session: Session) => MachineView | null;

function isTdp(session: Session): session is Session<Machine> {
  return session.machine instanceof Machine;
}

function isStage2(session: Session): session is Session<Stage2Machine> {
  return session.machine instanceof Stage2Machine;
}

function isShadow(session: Session): session is Session<ShadowMachine> {
  return session.machine instanceof ShadowMachine;
}

/** A kind of machine that can be shown is a line here. */
const views: readonly ViewOf[] = [
  (session) => (isTdp(session) ? new TdpView(session) : null),
  (session) => (isShadow(session) ? new ShadowView(session) : null),
  (session) => (isStage2(session) ? new Stage2View(session) : null),
];

/** A session as a person sees it; `null`: nobody wrote a view of its kind of machine. */
export function viewOf(session: Session): MachineView | null {
  for (const make of views) {
    const view = make(session);
    if (view) return view;
  }
  return null;
}
