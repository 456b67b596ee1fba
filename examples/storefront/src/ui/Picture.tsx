// A drawing per product or category, as the demo's product pictures are placeholders.
const DRAWINGS: Record<string, string> = {
  Clothing: 'M34 26l14-6c4 7 20 7 24 0l14 6 14 18-14 10-6-7v47H40V47l-6 7-14-10z',
  Kitchen: 'M28 38h46v38a12 12 0 0 1-12 12H40a12 12 0 0 1-12-12zM74 46h8a12 12 0 0 1 0 26h-8M40 20v8M51 16v12M62 20v8',
  Bags: 'M32 44a28 28 0 0 1 56 0v46a8 8 0 0 1-8 8H40a8 8 0 0 1-8-8zM46 44a14 14 0 0 1 28 0M44 66h32v20H44z',
  Home: 'M44 22h32l14 34H30zM60 56v34M42 94h36M78 56v14',
  Stationery: 'M36 20h46a6 6 0 0 1 6 6v68a6 6 0 0 1-6 6H36zM36 20v80M30 34h12M30 52h12M30 70h12M30 88h12M54 42h22M54 54h22',
  Food: 'M38 30h44l6 14v50a6 6 0 0 1-6 6H38a6 6 0 0 1-6-6V44zM32 44h56M60 58c-14 6-14 24 0 30 14-6 14-24 0-30zM60 58c-5 10 5 20 0 30',
  Furniture: 'M22 36h76v10H22zM32 46v52M88 46v52M32 76h56',
  Books: 'M26 26h28a6 6 0 0 1 6 6v62a6 6 0 0 0-6-6H26zM94 26H66a6 6 0 0 0-6 6v62a6 6 0 0 1 6-6h28z',
  'wool-blanket': 'M24 34h56a10 10 0 0 1 10 10v46H34a10 10 0 0 1-10-10zM24 48h56a10 10 0 0 1 10 10M24 62h56a10 10 0 0 1 10 10M34 90v8M48 90v8M62 90v8M76 90v8',
  'wall-calendar': 'M30 28h60v66H30zM30 46h60M46 20v14M74 20v14M44 60h8M60 60h8M76 60h4M44 76h8M60 76h8',
  Downloads: 'M40 16h40a6 6 0 0 1 6 6v76a6 6 0 0 1-6 6H40a6 6 0 0 1-6-6V22a6 6 0 0 1 6-6zM60 40v30M48 60l12 12 12-12M50 90h20',
};
const HUES: Record<string, number> = { Clothing: 250, Kitchen: 40, Bags: 120, Home: 85, Stationery: 200, Food: 60 };

export function Picture({ slug, category }: { slug: string; category: string | null }) {
  const hue = HUES[category ?? ''] ?? 310;
  return (
    <svg className="picture" viewBox="0 0 120 120" aria-hidden="true" style={{ '--hue': hue } as React.CSSProperties}>
      <rect width="120" height="120" />
      <path d={DRAWINGS[slug] ?? DRAWINGS[category ?? ''] ?? DRAWINGS['Downloads']} />
    </svg>
  );
}
