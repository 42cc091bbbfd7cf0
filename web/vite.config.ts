// The pages: citizen.html (/), desk.html (/desk/) and training.html (/training/), their hashed files under /assets/.
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

import { compressed } from './compressed'

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'hotline-chat' } } }), compressed()],
  base: '/',
  build: {
    target: ['chrome80', 'safari14', 'firefox90'],
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: { citizen: page('citizen.html'), privacy: page('privacy.html'), desk: page('desk.html'), training: page('training.html') },
    },
  },
  server: { proxy: { '/socket.io': { target: 'http://127.0.0.1:12345', ws: true }, '/desk/api': 'http://127.0.0.1:12345', '/training/api': 'http://127.0.0.1:12345' } },
  test: { include: ['src/**/*.test.ts'] },
})
