import { type CpuConfig, type DecodeRequest, otherKernels } from '../src-core/index';

type Readings = ReturnType<typeof otherKernels>;

/** Entries remembered for one CPU; then all are forgotten. */
const most = 32;

/** By the CPU's facts: an object that a file keeps as long as its settings hold. */
const known = new WeakMap<CpuConfig, Map<string, Readings>>();
const noFacts: CpuConfig = {};

/**
 * What an entry is on every kernel, as {@link otherKernels}. Worked out once: an answer asks twice,
 * and the walks through a file have their upper entries in common.
 */
export function kernelReadings(request: DecodeRequest): Readings {
  const { value, format, level, kernel, layout, cpu = noFacts } = request;
  const ofCpu = known.get(cpu) ?? new Map<string, Readings>();
  known.set(cpu, ofCpu);
  const key = [value.toString(16), format, level, kernel, layout].join(' ');
  const before = ofCpu.get(key);
  if (before) return before;
  const readings = otherKernels(request);
  if (ofCpu.size >= most) ofCpu.clear();
  ofCpu.set(key, readings);
  return readings;
}
