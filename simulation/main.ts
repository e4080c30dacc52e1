import { runCommand } from './command.js';

process.exitCode = await runCommand(process.argv.slice(2), {
  isTerminal: process.stdout.isTTY,
  write: (text) => process.stdout.write(text),
});
