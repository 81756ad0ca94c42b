import type { Workbench } from './workbench';

/** Colour themes of VS Code: as the list of themes names them, and how a window then shows itself. */
export const themes = {
  light: { label: 'Light Modern', mark: 'vs' },
  dark: { label: 'Dark Modern', mark: 'vs-dark' },
  'high-contrast': { label: 'Dark High Contrast', mark: 'hc-black' },
  'high-contrast-light': { label: 'Light High Contrast', mark: 'hc-light' },
} as const;

export type ThemeName = keyof typeof themes;

/**
 * Chooses a theme as a person does. (A window in a browser may keep the theme it started with,
 * whatever the settings say.)
 */
export async function wearTheme(workbench: Workbench, name: ThemeName): Promise<void> {
  const { label, mark } = themes[name];
  await workbench.runCommand('Preferences: Color Theme');
  await workbench.quickInput().fill(label);
  await workbench.choose(label);
  await workbench.page.locator(`.monaco-workbench.${mark}`).waitFor();
}
