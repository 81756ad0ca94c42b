import {
  type FieldRow,
  formatWord,
  type MachineView,
  type OperationOffer,
  type TreeRow,
} from '../../src-core/index';
import type {
  SimulationField,
  SimulationOperation,
  SimulationRow,
  SimulationState,
} from '../simulation-protocol';

/** Everything of a state that the machine's view tells. */
export function stateOf(view: MachineView): Omit<SimulationState, 'id' | 'title' | 'message'> {
  const { position, known, operation, note, underWay, toCome, move, stop } = view.status();
  return {
    walkerTitle: view.walkerTitle,
    goal: view.goal.name,
    position,
    known,
    operation,
    note,
    underWay,
    toCome,
    move,
    stop,
    fields: view.fields().map(fieldOf),
    counters: view.counters(),
    controls: view.controls(),
    place: view.place(),
    path: view.path(),
    events: view.events(0, 0).total,
  };
}

function fieldOf({ name, value, was, rowId, children }: FieldRow): SimulationField {
  return { name, value, was, rowId, children: children.map(fieldOf) };
}

/** A row with its parent, so that a tree can reveal it. */
export function rowOf(row: TreeRow, parent: string | null): SimulationRow {
  const { id, kind, label, description, hasChildren, changed, mark, entry, actions } = row;
  return {
    id,
    parent,
    kind,
    label,
    description,
    hasChildren,
    changed,
    mark,
    value: entry === null ? null : formatWord(entry.value),
    actions: actions.map(({ verb, title, operation, arguments: given, ask, suggestions = {} }) => ({
      verb,
      title,
      operation: { do: operation, ...given },
      ask,
      suggestions,
    })),
  };
}

/** An operation with what a person is asked for. */
export function operationOf({ info, refusal }: OperationOffer): SimulationOperation {
  const { name, title, summary, source, parameters } = info;
  return {
    name,
    title,
    summary,
    source,
    refusal,
    parameters: Object.entries(parameters).map(([parameter, { shape, meaning, optional }]) => ({
      name: parameter,
      kind: shape.kind,
      choices: shape.choices ?? [],
      meaning,
      optional,
    })),
  };
}
