/** Something wrong, or worth knowing, about a line. Lines and columns from 0. */
export interface TextFinding {
  /** Stable, kebab-case. */
  readonly code:
    | 'cut-line'
    | 'unreadable-memory'
    | 'misaligned-words'
    | 'overlap'
    | 'overlap-differs'
    | 'squeezed-too-far'
    | 'virtual-addresses'
    | 'address-wraps'
    | 'directive';
  readonly severity: 'warning' | 'info';
  readonly message: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}
