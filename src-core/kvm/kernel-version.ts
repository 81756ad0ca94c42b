/** A kernel version as far as its text says it. Source: the kernel's Makefile (VERSION, PATCHLEVEL …). */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  /** Stable patch level; `null`: not said. Distributions write 0 here whatever they built from. */
  readonly patch: number | null;
  /** Release candidate; `null`: a release. */
  readonly candidate: number | null;
}

const pattern = /^(?:linux[ -])?v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?(?:-rc(\d{1,2}))?(?![\d.])/i;

/**
 * A version from what people and kernels write: `6.1`, `v5.13-rc2`, `6.1.0-56-cloud-amd64`,
 * `Linux 7.1-rc3`. What follows the numbers is the distribution's own and ignored.
 */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const [, major, minor, patch, candidate] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: patch === undefined ? null : Number(patch),
    candidate: candidate === undefined ? null : Number(candidate),
  };
}

/** Negative, zero or positive as `a` is older than, as old as or newer than `b`. */
export function compareKernelVersions(a: KernelVersion, b: KernelVersion): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    (a.patch ?? 0) - (b.patch ?? 0) ||
    (a.candidate ?? Infinity) - (b.candidate ?? Infinity) ||
    0
  );
}

/** The shortest usual writing: `5.13-rc2`, `6.1.192`. */
export function formatKernelVersion(version: KernelVersion): string {
  const patch = version.patch === null ? '' : `.${version.patch}`;
  const candidate = version.candidate === null ? '' : `-rc${version.candidate}`;
  return `${version.major}.${version.minor}${patch}${candidate}`;
}
