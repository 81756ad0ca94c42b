/** Errors of the kernel that end or turn a walk, and their numbers. */
export const errnos = { EAGAIN: 11, E2BIG: 7, ENOMEM: 12, EFAULT: 14, EINVAL: 22, ERANGE: 34 };

export type Errno = keyof typeof errnos;

/** The end of an operation in one clause. */
export function outcome(error: Errno | null, done: string): string {
  return error === null ? done : `${error} (-${errnos[error]})`;
}
