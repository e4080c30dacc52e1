import { useSyncExternalStore } from 'react';
import { useSession } from '../session.js';
import type { MonitorState } from './monitor.js';

/** What the monitor sees, every second anew. */
export function useMonitor(): MonitorState {
  const { monitor } = useSession();
  return useSyncExternalStore(monitor.subscribe, monitor.read);
}
