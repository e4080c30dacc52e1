import { useEffect, useRef } from 'react';
import { useStore } from '../../shared/store.js';
import { announce } from '../announcer.js';
import { useShop } from '../open-shop.js';
import type { Link } from './sale-state.js';

const WORDS: Record<Link, string> = {
  opening: 'Connecting …',
  live: 'Live stock',
  asking: 'Checked every 2 s',
  lost: 'No answer, trying again',
};

/** How fresh the page is. Its words may change, its place does not. */
export function LinkState() {
  const { sale } = useShop();
  const link = useStore(sale.state, (state) => state.link);
  const wasLost = useRef(false);
  useEffect(() => {
    if (link === 'lost') announce('The shop does not answer at the moment. This page keeps trying.');
    else if (wasLost.current) announce('The shop answers again.');
    wasLost.current = link === 'lost';
  }, [link]);
  return (
    <span className="link-state" data-link={link}>
      {WORDS[link]}
    </span>
  );
}
