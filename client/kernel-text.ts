/** Kernel versions as a person says them: `v5.13 – v6.9` is `Linux 5.13 – 6.9`. */
export function kernelText(kernels: string): string {
  return `Linux ${kernels.replace(/\bv(?=\d)/g, '')}`;
}
