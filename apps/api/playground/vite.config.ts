import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The playground as files of our own: nothing that the page needs comes from another host. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/playground/',
  plugins: [react()],
  build: {
    outDir: '../../../dist/apps/api/playground',
    emptyOutDir: true,
    // The editor is one large piece, and it is meant to be.
    chunkSizeWarningLimit: 8_000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  // Its warnings are about directives in others' files.
  logLevel: 'error',
});
