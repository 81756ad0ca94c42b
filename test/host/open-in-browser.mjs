import { spawn } from 'node:child_process';
import { findOnPath } from './find-on-path.mjs';

/**
 * How a platform opens an address in the person's own browser.
 *
 * @type {Partial<Record<NodeJS.Platform, string[]>>}
 */
const openers = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens an address where somebody can see it: with a display, and not in CI.
 *
 * @param {string} address
 */
export function openInBrowser(address) {
  const [command, ...args] = openers[process.platform] ?? [];
  const needsDisplay = process.platform === 'linux';
  const hasDisplay = Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
  if (!command || process.env['CI'] || (needsDisplay && !hasDisplay) || !findOnPath(command))
    return;
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  // The address is printed anyway.
  child.on('error', () => undefined);
  child.unref();
}
