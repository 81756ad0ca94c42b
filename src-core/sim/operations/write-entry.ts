import { entriesPerTable } from '../table-page';
import { defineOperation } from './operation';
import { countParameter, type Parameter, wordParameter } from './parameter';

/** A table's address. */
const tableParameter: Parameter<number> = {
  shape: { kind: 'address' },
  meaning: 'address of the table',
  optional: false,
  read: (place) => {
    const pa = place.address(52);
    return pa === undefined
      ? pa
      : place.expect(pa % 4096 === 0 ? pa : undefined, 'a multiple of 0x1000');
  },
};

export const writeEntryByHand = defineOperation({
  name: 'write-entry',
  title: 'Set an Entry by Hand',
  summary: 'Overwrites an entry behind KVM’s back: no lock, no books.',
  source: 'none: nobody in KVM does this',
  parameters: {
    table: tableParameter,
    index: countParameter('which entry', 0, entriesPerTable - 1),
    value: wordParameter('its new value'),
  },
  *run(task, write, machine) {
    const page = machine.pages.get(write.table);
    if (!page) return `there is no table at 0x${write.table.toString(16)}`;
    const { table, level, gfn, asId } = page;
    const { index, value } = write;
    const old = table.entry(index);
    machine.store(table, index, value);
    const place = { table: table.pa, index, level, gfn, asId };
    machine.note('write', { ...place, old, new: value, why: 'by-hand' });
    yield task.step('write');
    return 'written';
  },
});
