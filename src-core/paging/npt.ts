import { longModeFormat } from './x86-64';

/**
 * AMD nested paging: the entries of long mode, walked with a guest-physical address. Every access is
 * a user access, so U must be set for anything to be reachable. Source: APM vol. 2 15.25.5.
 */
export const npt = longModeFormat({
  name: 'npt',
  title: 'NPT',
  signExtended: false,
  bit8Reserved: () => true,
});
