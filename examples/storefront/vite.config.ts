// The storefront asks its own origin, and this server passes it on: no cross-origin rules in development. In production do
// the same with your reverse proxy, or let the shop's origin in (docs/http.md).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const target = process.env['CHECKSTAND_URL'] ?? 'http://127.0.0.1:8080';
const proxy = { '/graphql': { target, ws: true } };

export default defineConfig({
  plugins: [react()],
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
});
