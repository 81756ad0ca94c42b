import type { TablePage } from './table-page';

/** `struct kvm_mmu_page` of the TDP MMU: what KVM knows of a table beside its entries. */
export interface ShadowPage {
  readonly table: TablePage;
  /** Tables are told apart, and ordered, by when they were made. */
  readonly serial: number;
  /** Level of its entries. A table that is not linked yet may still be given another place. */
  level: number;
  /** First GFN it covers. */
  gfn: number;
  readonly asId: number;
  readonly root: boolean;
  /** v6.14+, `role.is_mirror`: mirrors private memory's tables, which only the TDX module may write. */
  readonly mirror: boolean;
  /**
   * Exists so that executable code gets small pages: the region is not made huge again.
   * `lpage_disallowed` until v6.1, `nx_huge_page_disallowed` since.
   */
  nxDisallowed: boolean;
  /** On the list of tables that are zapped over time to try a huge page again; counted as NX split. */
  nxTracked: boolean;
  /** Root only, `role.invalid`: no vCPU uses it any more, its entries are being zapped. */
  invalid: boolean;
}
