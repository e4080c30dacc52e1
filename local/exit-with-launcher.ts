/**
 * Preloaded into the service by `startService`: when the launcher is gone, however it ended, the channel to it closes
 * and the service stops as it does on SIGTERM. A killed launcher thus leaves no service on its port.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref(); // listening is no reason to stay alive
