// What the server publishes for caches.

import { SLUG } from './server.mjs';

export async function published(base) {
  const answer = await fetch(`${base}/client-config.json`, { headers: SLUG });
  return answer.json();
}
