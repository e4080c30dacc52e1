import { useStore } from '../../shared/store.js';
import { useSession } from '../session.js';
import type { MonitorState } from './monitor.js';

/** What the monitor sees, every second anew. */
export function useMonitor(): MonitorState {
  const { monitor } = useSession();
  return useStore(monitor.states, whole);
}

const whole = (state: MonitorState): MonitorState => state;
