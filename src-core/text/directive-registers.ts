/** arm64's registers that a comment line may name: with them the tables need not be described. */
export const directiveRegisters = ['ttbr', 'tcr', 'vttbr', 'vtcr', 'hcr'] as const;

export type DirectiveRegister = (typeof directiveRegisters)[number];

/** Values of registers, as far as they are named. */
export type RegisterValues = Readonly<Partial<Record<DirectiveRegister, bigint>>>;
