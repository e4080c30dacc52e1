import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Two pages, the storefront and the control room; each loads what it needs and nothing of the other. */
export default defineConfig({
  root: here('.'),
  resolve: { conditions: ['source', 'module', 'browser', 'development|production'] }, // #client from its sources
  build: {
    outDir: here('../../dist/apps/web'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { shop: here('index.html'), control: here('admin/index.html') } },
  },
});
