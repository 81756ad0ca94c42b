import { frameNumber, isLast, isShadowPresent } from '../kvm/spte';
import { mappingCounter } from './counters';
import { endGfnOf, type MachineKind, type MachineSetup } from './machine-setup';
import type { ShadowPage } from './shadow-page';
import type { PagePlace, ShadowPages } from './shadow-pages';
import { TableMemory } from './table-memory';
import { entriesPerTable, pagesAtLevel } from './table-page';

/**
 * Takes over the tables a setup states: what hangs below its roots, each table once.
 * @returns the roots
 */
export function loadTables(
  setup: Pick<MachineSetup, 'tables' | 'roots' | 'levels' | 'tdx'>,
  { masks, initialValue }: MachineKind,
  pages: ShadowPages,
): ShadowPage[] {
  const listed = TableMemory.fromList(setup.tables, initialValue);

  const adopt = (pa: number, place: PagePlace): ShadowPage | undefined => {
    const table = listed.table(pa);
    if (!table || pages.get(pa)) return undefined;
    const page = pages.adopt(table, place);
    for (let index = 0; index < entriesPerTable; index++) adoptEntry(page, index);
    return page;
  };

  const adoptEntry = (page: ShadowPage, index: number): void => {
    const spte = page.table.entry(index);
    if (!isShadowPresent(masks, spte)) return;
    if (isLast(spte, page.level)) {
      const counter = mappingCounter(page.level);
      if (counter) pages.counters.add(counter, 1);
      return;
    }
    adopt(Number(frameNumber(masks, spte)) * 4096, {
      level: page.level - 1,
      gfn: (page.gfn + index * pagesAtLevel[page.level]!) % endGfnOf(setup),
      asId: page.asId,
      mirror: page.mirror,
      root: false,
    });
  };

  return setup.roots.flatMap(({ pa, asId, mirror = false }) => {
    const root = adopt(pa, { level: setup.levels, gfn: 0, asId, mirror, root: true });
    return root ? [root] : [];
  });
}
