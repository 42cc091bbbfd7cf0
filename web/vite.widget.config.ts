// The widget: one script, widget.js, that any site can load with one tag.
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

import { compressed } from './compressed'

export default defineConfig({
  plugins: [vue(), compressed()],
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    target: ['chrome80', 'safari14', 'firefox90'],
    emptyOutDir: false, // the pages were built first
    reportCompressedSize: false,
    lib: {
      entry: fileURLToPath(new URL('src/widget/script.ts', import.meta.url)),
      name: 'HotlineWidget',
      formats: ['iife'],
      fileName: () => 'widget.js',
    },
  },
})
