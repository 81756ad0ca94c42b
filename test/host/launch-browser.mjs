import { chromium } from 'playwright-core';
import { findBrowser } from './find-browser.mjs';

/** Nothing that a browser does for its maker, no sandbox that a container forbids. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium. */
export async function launchBrowser() {
  const { executablePath, env } = await findBrowser();
  return chromium.launch({ executablePath, args, env: { ...inherited(), ...env } });
}

/** @returns {Record<string, string>} our environment without the gaps that its type allows */
function inherited() {
  /** @type {Record<string, string>} */
  const entries = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined) entries[name] = value;
  return entries;
}
