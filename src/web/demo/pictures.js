// The pictures of the shop, one for each product, drawn with a few shapes on a tinted ground.

import { drawing } from '/web/shared/dom.js';

const line = 'fill="none" stroke-linecap="round" stroke-linejoin="round"';

/** Ground colour and shapes within 120 by 120. */
const DRAWINGS = {
  'cotton-t-shirt': ['#dfe6f5', `
    <path d="M42 30 L26 40 L32 58 L40 54 V94 H80 V54 L88 58 L94 40 L78 30 Q60 44 42 30Z" fill="#2b303b"/>
    <path d="M42 30 Q60 44 78 30" ${line} stroke="#525c70" stroke-width="4"/>`],
  'cotton-t-shirt White': ['#cfd9ea', `
    <path d="M42 30 L26 40 L32 58 L40 54 V94 H80 V54 L88 58 L94 40 L78 30 Q60 44 42 30Z" fill="#fdfdfd"/>
    <path d="M42 30 Q60 44 78 30" ${line} stroke="#c4ccd8" stroke-width="4"/>`],
  'stoneware-mug-set': ['#ece4da', `
    <path d="M70 40 h20 a9 9 0 0 1 0 22 h-8" ${line} stroke="#77818a" stroke-width="6"/>
    <path d="M44 34 H82 V62 Q82 70 74 70 H52 Q44 70 44 62Z" fill="#8d979f"/>
    <path d="M28 56 H66 V86 Q66 94 58 94 H36 Q28 94 28 86Z" fill="#aeb7bd"/>
    <path d="M66 64 h7 a8 8 0 0 1 0 20 h-7" ${line} stroke="#aeb7bd" stroke-width="6"/>
    <path d="M28 62 H66" stroke="#c8cfd4" stroke-width="4"/>`],
  'canvas-backpack': ['#e4e9d6', `
    <path d="M48 34 a12 12 0 0 1 24 0" ${line} stroke="#4c5432" stroke-width="5"/>
    <path d="M36 50 Q36 32 60 32 Q84 32 84 50 V90 Q84 98 76 98 H44 Q36 98 36 90Z" fill="#717b4c"/>
    <rect x="44" y="66" width="32" height="24" rx="5" fill="#5d673c"/>
    <path d="M36 56 H84" stroke="#4c5432" stroke-width="4"/><rect x="56" y="53" width="8" height="10" rx="2" fill="#d4a64a"/>
    <path d="M44 74 H76" stroke="#4c5432" stroke-width="3"/>`],
  'brass-desk-lamp': ['#f6ead0', `
    <path d="M48 60 L30 92 H82 Z" fill="#fff3bf" opacity=".8"/>
    <path d="M86 94 L78 52 L56 38" ${line} stroke="#b08a2e" stroke-width="5"/>
    <path d="M42 62 L48 40 L66 34 L72 54Z" fill="#cfa544"/><circle cx="78" cy="52" r="4" fill="#8a6a1e"/>
    <rect x="70" y="92" width="32" height="7" rx="3.5" fill="#b08a2e"/>`],
  'wool-blanket': ['#ece8e4', `
    <rect x="28" y="40" width="64" height="16" rx="8" fill="#b9ada0"/><rect x="26" y="58" width="68" height="16" rx="8" fill="#cfc5ba"/>
    <rect x="28" y="76" width="64" height="16" rx="8" fill="#b9ada0"/>
    <path d="M44 40 v16 M50 58 v16 M44 76 v16 M76 40 v16 M70 58 v16 M76 76 v16" stroke="#8c7f71" stroke-width="3"/>`],
  'pocket-notebook': ['#e2ebec', `
    <rect x="36" y="26" width="50" height="70" rx="5" fill="#5f7377"/><rect x="36" y="26" width="11" height="70" rx="4" fill="#47585b"/>
    <rect x="54" y="40" width="24" height="12" rx="2" fill="#e9f0f1"/><path d="M80 26 V96" stroke="#d9775c" stroke-width="3"/>`],
  'coffee-beans': ['#efe2d6', `
    <path d="M38 36 H82 L86 98 H34Z" fill="#5b3a29"/><path d="M38 36 L42 24 H78 L82 36Z" fill="#734c37"/>
    <ellipse cx="60" cy="66" rx="13" ry="17" fill="#e8cba9"/><path d="M60 51 q-7 15 0 30" ${line} stroke="#5b3a29" stroke-width="4"/>`],
  'oak-side-table': ['#f0e6d8', `
    <rect x="26" y="44" width="68" height="9" rx="3" fill="#c08a52"/>
    <path d="M34 53 L30 98 M86 53 L90 98" ${line} stroke="#a8743f" stroke-width="6"/>
    <path d="M33 78 H87" stroke="#a8743f" stroke-width="4"/>
    <path d="M50 44 V34 H62 V44Z" fill="#7c97a6"/><path d="M56 34 q-8 -8 -2 -14 M56 34 q8 -6 6 -12" ${line} stroke="#5d7f58" stroke-width="3"/>`],
  'wall-calendar': ['#e9e3f0', `
    <rect x="34" y="34" width="52" height="64" rx="4" fill="#fff"/><path d="M34 38 a4 4 0 0 1 4-4 H82 a4 4 0 0 1 4 4 V50 H34Z" fill="#6c5a8e"/>
    <rect x="52" y="26" width="16" height="12" rx="3" fill="#c59a3d"/>
    <path d="M42 60 h6 M54 60 h6 M66 60 h6 M42 70 h6 M54 70 h6 M66 70 h6 M42 80 h6 M54 80 h6" stroke="#a99cc2" stroke-width="4"/>
    <circle cx="69" cy="80" r="6" fill="#d9775c"/>`],
  'field-guide-e-book': ['#dcebe3', `
    <rect x="34" y="24" width="52" height="74" rx="7" fill="#2d3b36"/><rect x="39" y="30" width="42" height="58" rx="2" fill="#f4f1e6"/>
    <ellipse cx="60" cy="54" rx="9" ry="12" fill="#6b4732"/><path d="M60 43 q-5 11 0 22" ${line} stroke="#f4f1e6" stroke-width="3"/>
    <path d="M47 74 H73 M51 80 H69" stroke="#2d3b36" stroke-width="3"/><circle cx="60" cy="93" r="2" fill="#f4f1e6"/>`],
  'phone-wallpaper': ['#dbe9ee', `
    <rect x="40" y="20" width="40" height="80" rx="8" fill="#26323a"/><rect x="44" y="26" width="32" height="68" rx="3" fill="#e7f1e4"/>
    <path d="M60 90 V46" stroke="#4d7a4a" stroke-width="3"/>
    <path d="M60 60 q-14 -2 -12 -14 q12 2 12 14 q14 -2 12 -14 q-12 2 -12 14 M60 78 q-13 0 -12 -12 q11 1 12 12 q13 0 12 -12 q-11 1 -12 12" fill="#6da368"/>
    <circle cx="66" cy="72" r="3.5" fill="#c8463a"/><circle cx="54" cy="54" r="3.5" fill="#c8463a"/>`],
  'sample-chapter': ['#f0ebe0', `
    <path d="M36 24 H72 L86 38 V98 H36Z" fill="#fff"/><path d="M72 24 V38 H86Z" fill="#d6cdb9"/>
    <path d="M46 52 H76 M46 62 H76 M46 72 H76 M46 82 H64" stroke="#b5ab95" stroke-width="4"/>
    <text x="46" y="44" font-family="Georgia, serif" font-size="16" fill="#7a6f57">1</text>`],
};

const OTHER = ['#e6e8eb', '<path d="M32 46 L60 32 L88 46 V80 L60 96 L32 80Z M32 46 L60 60 L88 46 M60 60 V96" fill="#c3c9d0" stroke="#8f98a3" stroke-width="3"/>'];

/**
 * The picture of a product, or of a variant that looks different, by the first word of its name. It says nothing that the
 * title beside it does not.
 */
export function picture(slug, variant = '') {
  const [ground, shapes] = DRAWINGS[`${slug} ${variant.split(' ')[0]}`] ?? DRAWINGS[slug] ?? OTHER;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 120">
    <rect width="120" height="120" fill="${ground}"/>${shapes}</svg>`;
  return drawing(text, { class: 'picture', 'aria-hidden': 'true' });
}
