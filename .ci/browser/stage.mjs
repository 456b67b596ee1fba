// What every case stands on: a browser, a page that is watched, and looks at it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 375, height: 800 };

/** Fails with a sentence. */
export function check(holds, sentence) {
  if (!holds) throw new Error(sentence);
}

export class Stage {
  constructor(browser, base, folder) {
    Object.assign(this, { browser, base, folder, looks: 0 });
  }

  static async open(base) {
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    const browser = await chromium.launch({ executablePath, args: FLAGS });
    return new Stage(browser, base, process.env.SCREENSHOTS);
  }

  /** A visitor of their own. `faults` collects what must not happen; `expected` are console messages that may. */
  async visitor(expected = []) {
    const context = await this.browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', locale: 'en-US' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: this.base });
    context.setDefaultTimeout(15_000);
    const faults = [];
    context.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !expected.some((one) => one.test(text))) faults.push(`console: ${text}`);
    });
    context.on('weberror', (error) => faults.push(`script: ${error.error().stack}`));
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.base}/`)) faults.push(`a request left the server: ${url}`);
      if (url.includes('chk_')) faults.push(`a token is in an address: ${url}`);
    });
    const page = await context.newPage();
    return { page, context, faults };
  }

  /** Looks at the page as it is: axe in light and dark, on a desk and on a phone, and nothing to scroll to the side. */
  async look(page, name) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [kind, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize(viewport);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        check(width <= viewport.width, `${name}: ${width - viewport.width} pixels too wide on a ${kind}`);
        const found = await axe(page);
        check(found.length === 0, `${name}, ${kind}, ${colorScheme}: ${found.join('; ')}`);
        if (this.folder) await page.screenshot({ path: `${this.folder}/${name}-${kind}-${colorScheme}.png`, fullPage: true });
        this.looks += 1;
      }
    }
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.setViewportSize(DESKTOP);
  }
}

async function axe(page) {
  // Evaluated and not inserted: the page's policy allows no script but its own.
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target, any }) => (
      `${target.join(' ')} ${any.map(({ message }) => message).join(' ')}`)).join(', ')}`);
  });
}

/** Presses Tab until the focus is where `wanted` says, by the name of what has it. */
export async function tabTo(page, wanted) {
  const seen = [];
  for (let presses = 0; presses < 90; presses += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      const label = at?.labels?.[0] ?? at;
      return (label?.innerText || at?.id || '').replace(/\s+/g, ' ').trim();
    });
    if (wanted.test(name)) return;
    seen.push(name);
  }
  throw new Error(`Tab never reaches ${wanted}; it went over ${seen.join(' | ')}`);
}
