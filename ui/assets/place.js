// What is read stays where it is on the screen while messages come and go around it, also while somebody scrolls. The web
// view does not do it by itself. Constant: no text of a person or a peer is ever part of it.
(() => {
  // Pixels from the newest message within which the view follows it. The end of what is at hand is no such place while
  // there is more: a page that came to it would be followed, nothing would scroll, and no other would be asked for.
  const END = 40;
  // Where the first and the last message in sight stood, and how far it was scrolled then.
  let held = null;
  const timeline = () => document.getElementById('timeline');

  const hold = () => {
    held = null;
    const box = timeline();
    if (!box || (box.scrollTop > -END && !box.dataset.newer)) return;
    const sight = box.getBoundingClientRect();
    let first = null, last = null;
    for (const one of box.querySelectorAll('[data-message]')) {
      const { top, bottom } = one.getBoundingClientRect();
      if (top >= sight.bottom) break;
      if (bottom <= sight.top) continue;
      last = { one, top };
      first ||= last;
    }
    if (first) held = { box, marks: [first, last], scrolled: box.scrollTop };
  };

  const keep = () => {
    const box = timeline();
    if (!held || held.box !== box) return;
    const mark = held.marks.find(({ one }) => one.isConnected);
    if (!mark) return;
    // What somebody scrolled meanwhile is theirs; the rest of the way was made by what came or went.
    const off = mark.one.getBoundingClientRect().top - mark.top + box.scrollTop - held.scrolled;
    if (Math.abs(off) > 1) box.scrollTop += off;
    hold();
  };

  document.addEventListener('scroll', (event) => { if (event.target.id === 'timeline') hold(); }, { capture: true, passive: true });
  new MutationObserver(keep).observe(document.documentElement, { childList: true, subtree: true });
})();
