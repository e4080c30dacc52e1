import '../design/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ControlRoom } from './ControlRoom.js';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <ControlRoom />
  </StrictMode>,
);
