import { useSyncExternalStore } from 'react';

/** A value that lives outside of React, and tells who follows it when it is replaced. */
export class Store<State> {
  private readonly listeners = new Set<() => void>();

  constructor(private state: State) {}

  readonly get = (): State => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(state: State): void {
    if (Object.is(state, this.state)) return;
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** What `select` picks of a store; the component renders anew when that changes. It has to be stable for one state. */
export function useStore<State, Part>(store: Store<State>, select: (state: State) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
