import { ensureProgram, type Print, type SystemProgram } from './system-package.js';

const CHROMIUM: SystemProgram = {
  programs: ['chromium', 'chromium-browser', 'google-chrome'],
  package: 'chromium',
  howToGetIt: 'Chromium is missing, which the browser tests need: run "sudo apt-get install chromium".',
};

/** The browser of the tests. @throws LocalError, one line that says what to install */
export function ensureChromiumProgram(print: Print): Promise<string> {
  return ensureProgram(CHROMIUM, print);
}
