// What does not fit on the page, as [kind, place]; run by fit.py in every size.
(() => {
  const LEAST = 24; // pixels of a target (WCAG 2.2, 2.5.8)
  const wrong = [];
  let measured = 0;
  const place = (one) => {
    const of = (part) => part.tagName.toLowerCase() + (part.className && part.className.baseVal === undefined ? `.${part.className.trim().replaceAll(' ', '.')}` : '');
    const up = one.parentElement;
    return `${up && up.parentElement ? `${of(up.parentElement)} > ` : ''}${up ? `${of(up)} > ` : ''}${of(one)}`;
  };
  const seen = (one) => {
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && style.opacity !== '0' && !one.closest('.vh, [aria-hidden=true] svg');
  };
  // Whether it can be scrolled to: a box around it scrolls that way.
  const scrolls = (one, way) => {
    for (let up = one.parentElement; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (['auto', 'scroll'].includes(way === 'x' ? style.overflowX : style.overflowY)) return up !== document.querySelector('.window') || way === 'y';
    }
    return false;
  };
  // Whether a box around it cuts it away on purpose with dots.
  const dotted = (one) => {
    for (let up = one; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.textOverflow === 'ellipsis' && style.overflowX !== 'visible') return true;
      if (style.webkitLineClamp !== 'none') return true;
    }
    return false;
  };
  for (const one of document.querySelectorAll('button, input, textarea, select, label.file-pick, label.btn, [role=switch]')) {
    if (!seen(one)) continue;
    measured += 1;
    const box = one.getBoundingClientRect();
    const out = box.left < -1 || box.right > innerWidth + 1;
    const below = box.bottom > innerHeight + 1 || box.top < -1;
    if (out && !scrolls(one, 'x')) wrong.push(['a control outside of the window', place(one)]);
    if (below && !scrolls(one, 'y')) wrong.push(['a control above or below the window', place(one)]);
    // The whole of a field is its target.
    const field = (one.matches('input') && one.closest('label, .input')) || one;
    const { width, height } = field.getBoundingClientRect();
    const inline = one.matches('.link') || (one.matches('input[type=checkbox], input[type=radio]') && one.closest('label'));
    if (!inline && (width < LEAST - 0.5 || height < LEAST - 0.5)) {
      wrong.push(['a target that is too small', `${place(one)} ${Math.round(width)}x${Math.round(height)}`]);
    }
  }
  for (const one of document.querySelectorAll('body *')) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !seen(one) || one.closest('svg, style')) continue;
    measured += 1;
    const style = getComputedStyle(one);
    const range = document.createRange();
    range.selectNodeContents(one);
    const text = range.getBoundingClientRect();
    if (dotted(one)) continue;
    // Less room than a word takes, for many words.
    const size = parseFloat(style.fontSize);
    if (text.width < 5 * size && text.height > 5.5 * size && !one.closest('.rail') && !one.querySelector('svg')) {
      wrong.push(['a text without room', place(one)]);
    }
    if (style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1 && !['auto', 'scroll'].includes(style.overflowX)) {
      wrong.push(['a text that is cut', place(one)]);
      continue;
    }
    // A box around it that cuts.
    for (let up = one.parentElement; up && up !== document.documentElement; up = up.parentElement) {
      const around = getComputedStyle(up);
      if (['auto', 'scroll'].includes(around.overflowX)) break;
      if (around.overflowX === 'visible' && up !== document.body) continue;
      const edge = up.getBoundingClientRect();
      if (text.left < edge.left - 1 || text.right > edge.right + 1) wrong.push(['a text that is cut', `${place(one)} by ${place(up)}`]);
      break;
    }
    // A control's own words stay inside of it.
    const control = one.closest('button, label.btn');
    if (control && getComputedStyle(control).overflowX === 'visible') {
      const edge = control.getBoundingClientRect();
      if (text.left < edge.left - 1 || text.right > edge.right + 1) wrong.push(['words that leave their control', place(one)]);
    }
  }
  return { measured, wrong };
})()
