/**
 * Preloaded into the service by `startService`: when the launcher is gone, however it ended, the channel to it closes
 * and the service stops as it does on SIGTERM. A killed launcher thus leaves no service on its port.
 */
let launcherGone = false;

process.once('disconnect', () => {
  launcherGone = true;
  process.kill(process.pid, 'SIGTERM');
});

// Nobody reads the output any more, and a logger that insists on writing its last lines at the exit would try for ever.
// Registered first, this runs before the logger's own listener.
process.once('exit', () => {
  if (launcherGone) process.kill(process.pid, 'SIGKILL');
});

process.channel?.unref(); // listening is no reason to stay alive
