/** A value a setting may take, and what it means, as the manifest says. */
export interface SettingChoice {
  readonly value: string;
  readonly meaning: string;
}

interface EnumSetting {
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
}

/** The choices of settings, read from the manifest so that they stand in one place. */
export class SettingChoices {
  constructor(private readonly manifest: unknown) {}

  /** @param name a setting with a list of values, without the section: `format`. */
  of(name: string): readonly SettingChoice[] {
    const { contributes } = this.manifest as {
      contributes: { configuration: readonly { properties: Record<string, EnumSetting> }[] };
    };
    const setting = contributes.configuration
      .map(({ properties }) => properties[`pagewalk.${name}`])
      .find((found) => found !== undefined);
    return (setting?.enum ?? []).map((value, index) => ({
      value,
      // Quick picks show plain text.
      meaning: (setting?.markdownEnumDescriptions?.[index] ?? '').replaceAll('`', ''),
    }));
  }
}
