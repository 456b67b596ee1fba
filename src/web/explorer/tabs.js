// Tabs after the ARIA pattern: one of them is in the order of Tab, arrows go from one to the next.

import { h } from '/web/shared/dom.js';

export function makeTabs(place, titles, onchoose) {
  const tabs = titles.map((title, at) => h('button', {
    type: 'button', role: 'tab', id: `tab-${at + 1}`, 'aria-controls': 'panel', onclick: () => choose(at),
  }, title));
  place.append(...tabs);

  function choose(at, focus = false) {
    tabs.forEach((tab, own) => {
      tab.setAttribute('aria-selected', own === at);
      tab.tabIndex = own === at ? 0 : -1;
    });
    document.getElementById('panel').setAttribute('aria-labelledby', tabs[at].id);
    tabs[at].scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (focus) tabs[at].focus();
    onchoose(at);
  }

  place.addEventListener('keydown', ({ key }) => {
    const now = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[key];
    if (now >= 0 && to !== undefined) choose((to + tabs.length) % tabs.length, true);
  });
  return { choose };
}
