// The title of the tab, which is also the first that a screen reader says of a page.
import { useEffect } from 'react';

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Demo Goods`;
  }, [title]);
}
