import { formatSize } from '../paging/byte-size';
import type { Facts } from '../paging/decoded-entry';
import type { DecodedWord } from '../paging/decoded-word';
import type { FieldSpec } from '../paging/format';
import type { WordContext } from '../paging/word-context';
import { decodeFields, flagsOf, runField } from '../paging/word-fields';
import { bitField } from '../word';
import { abortClass, exceptionClasses } from './arm64-exception-class';
import { faultStatus, type FaultStatus } from './arm64-fault-status';

const source = 'Arm ARM (DDI 0487) ESR_EL2; Linux 6.12 esr.h';
const flag = flagsOf(source);
const at = (value: bigint, bit: number): boolean => bitField(value, bit, bit) === 1n;

const classRows: readonly FieldSpec[] = [
  runField('EC', 31, 26, source, (value) => exceptionClasses[Number(value)]?.[1] ?? 'reserved'),
  flag('IL', 25, '32-bit instruction', '16-bit instruction'),
];

const setText = ['recoverable', 'reserved', 'uncontainable', 'restartable'] as const;

/** ISS and ISS2 of a data abort; of an instruction abort WnR and what is valid with ISV mean nothing. */
function abortRows(kernel: string | undefined, isv: boolean, instruction: boolean): FieldSpec[] {
  const code = runField('FSC', 5, 0, source, (value) => {
    const status = faultStatus(Number(value), kernel);
    return status.level === null ? status.fault : `${status.fault}, level ${status.level}`;
  });
  const common = [
    code,
    flag('S1PTW', 7, 'stage-2 fault on a stage-1 table walk'),
    flag('EA', 9, 'external abort, implementation defined'),
    flag('FnV', 10, 'FAR is not valid', 'FAR is valid'),
    runField('SET', 12, 11, source, (value) => setText[Number(value)] ?? ''),
  ];
  if (instruction) return common;
  const transfer: FieldSpec[] = isv
    ? [
        runField('SAS', 23, 22, source, (value) => formatSize(2 ** Number(value))),
        flag('SSE', 21, 'sign-extended'),
        runField('SRT', 20, 16, source, (value) => (value === 31n ? 'XZR' : `X${value}`)),
        flag('SF', 15, '64-bit register', '32-bit register'),
        flag('AR', 14, 'acquire/release'),
      ]
    : [];
  return [
    ...common,
    ...transfer,
    flag('ISV', 24, 'bits 23:14 tell of the instruction', 'bits 23:14 tell nothing'),
    flag('VNCR', 13, 'access through VNCR_EL2'),
    flag('CM', 8, 'cache maintenance or address translation instruction'),
    flag('WnR', 6, 'write', 'read'),
    flag('HDBSSF', 43, 'fault on the dirty state tracking structure'),
    flag('TnD', 42, 'tag access fault is for data'),
    flag('TagAccess', 41, 'tag access not allowed'),
    flag('GCS', 40, 'guarded control stack access'),
    flag('Overlay', 38, 'the permission overlay forbade it'),
    flag('DirtyBit', 37, 'the dirty state forbade it'),
    runField('Xs', 36, 32, source, (value) => `register X${value} of ST64B`),
  ];
}

/** What KVM takes for a write. Source: Linux 6.12 `kvm_is_write_fault()`. */
function isWriteFault(value: bigint, status: FaultStatus, instruction: boolean): boolean {
  if (at(value, 7)) return status.fault === 'permission';
  return !instruction && at(value, 6);
}

function abortFacts(value: bigint, status: FaultStatus, instruction: boolean): Facts {
  const isv = !instruction && at(value, 24);
  return {
    fsc: Number(bitField(value, 5, 0)),
    fault: status.fault,
    fault_level: status.level,
    kernel_text: status.kernelText,
    s1ptw: at(value, 7),
    fnv: at(value, 10),
    wnr: instruction ? null : at(value, 6),
    isv: instruction ? null : isv,
    access_bytes: isv ? 2 ** Number(bitField(value, 23, 22)) : null,
    srt: isv ? Number(bitField(value, 20, 16)) : null,
    write_fault: isWriteFault(value, status, instruction),
  };
}

function abortSummary(value: bigint, status: FaultStatus, instruction: boolean): string {
  const level = status.level === null ? '' : `, level ${status.level}`;
  const how = instruction ? 'instruction fetch' : at(value, 6) ? 'write' : 'read';
  const who = at(value, 7) ? 'stage-1 table walk' : how;
  return `${who}: ${status.fault} fault${level}`.replace(/(abort|error|walk) fault/, '$1');
}

/** ESR_ELx: why an exception was taken; aborts with all they tell. */
export function decodeEsr(value: bigint, context: WordContext = {}): DecodedWord {
  const ec = Number(bitField(value, 31, 26));
  const [name, title] = exceptionClasses[ec] ?? ['UNRECOGNIZED', 'reserved exception class'];
  const abort = abortClass(ec);
  const status = faultStatus(Number(bitField(value, 5, 0)), context.kernel);
  const instruction = abort?.instruction === true;
  const rows = abort
    ? [...classRows, ...abortRows(context.kernel, at(value, 24), instruction)]
    : [...classRows, runField('ISS', 24, 0, source), runField('ISS2', 55, 32, source)];
  return {
    value,
    name: 'esr',
    title: 'ESR_ELx',
    summary: abort ? `${title}: ${abortSummary(value, status, instruction)}` : title,
    fields: decodeFields(value, 63, rows, { role: 'reserved', source }),
    facts: {
      ec,
      ec_name: name,
      il: at(value, 25),
      iss: Number(bitField(value, 24, 0)),
      ...(abort ? abortFacts(value, status, instruction) : {}),
    },
    findings: [],
  };
}
