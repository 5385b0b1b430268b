// What the window does on its page. Constant: no text of a person or a peer is ever part of it.
window.conclave = (() => {
  const byId = (id) => document.getElementById(id);
  const keyboard = window.conclaveKeyboard;
  const composer = () => document.querySelector('.composer textarea');
  const soon = (act, tries) => { if (!act() && tries) requestAnimationFrame(() => soon(act, tries - 1)); };
  let before = null;
  const remember = () => {
    const here = document.activeElement;
    if (here && here !== document.body && !keyboard.away(here) && !here.closest('[data-trap]')) before = here;
  };
  const reachable = (box) => [...box.querySelectorAll('button, input, textarea, [tabindex]')]
    .filter((one) => !one.disabled && one.tabIndex >= 0 && one.offsetParent !== null);

  // What is played is a blob in memory: the web view writes to the disk what it plays from an address.
  const playing = new Map();
  const started = new Set();
  // The web view's player gives up where a busy computer is late; the next one plays the same bytes.
  const TRIES = 3;
  const PAUSE = 400; // milliseconds between them
  // What neither comes nor plays for so long will not, on a busy computer either: milliseconds.
  const PATIENCE = 20000;
  const STEPS = ['loadedmetadata', 'loadeddata', 'timeupdate', 'seeked', 'play', 'playing', 'waiting', 'stalled'];
  const watches = new Map();
  // A film that was cut off tells of no error: it waits for the rest for ever.
  const watch = (one, stuck) => {
    let timer = 0;
    const look = () => {
      const least = one.paused ? HTMLMediaElement.HAVE_METADATA : HTMLMediaElement.HAVE_FUTURE_DATA;
      if (one.isConnected && !one.ended && one.readyState < least) stuck();
    };
    const step = () => { clearTimeout(timer); timer = setTimeout(look, PATIENCE); };
    for (const name of STEPS) one.addEventListener(name, step);
    watches.set(one, () => {
      clearTimeout(timer);
      for (const name of STEPS) one.removeEventListener(name, step);
      watches.delete(one);
    });
    step();
  };
  const take = (one) => {
    one.onerror = null;
    if (watches.has(one)) watches.get(one)();
    one.removeAttribute('src');
    one.load();
    URL.revokeObjectURL(playing.get(one));
    playing.delete(one);
  };
  const sweep = new MutationObserver(() => {
    for (const one of playing.keys()) {
      if (!one.isConnected) take(one);
    }
    if (!playing.size) sweep.disconnect();
  });
  const play = async (one, name, pieces) => {
    const parts = [];
    for (let n = 0; n < pieces; n += 1) {
      const answer = await fetch(`media://localhost/${name}/${n}`, { signal: AbortSignal.timeout(PATIENCE) });
      if (!one.isConnected) return;
      if (!answer.ok) throw new Error('gone');
      parts.push(await answer.blob());
    }
    const whole = new Blob(parts);
    let tries = TRIES;
    const giveUp = () => {
      take(one);
      started.delete(name);
      one.dataset.broken = 'true';
    };
    const hand = () => {
      if (playing.has(one)) URL.revokeObjectURL(playing.get(one));
      playing.set(one, URL.createObjectURL(whole));
      one.src = playing.get(one);
    };
    one.onerror = () => {
      if (!one.isConnected) return;
      const [place, went] = [one.currentTime, !one.paused];
      tries -= 1;
      if (!tries) {
        giveUp();
        return;
      }
      setTimeout(() => {
        if (!playing.has(one)) return;
        hand();
        one.currentTime = place;
        if (went) one.play().catch(() => {});
      }, PAUSE);
    };
    hand();
    watch(one, giveUp);
    sweep.observe(document.body, { childList: true, subtree: true });
    // The person asked once; what comes back into sight waits to be asked.
    if (started.has(name)) return;
    started.add(name);
    await one.play();
  };

  // Changes are made when they come, not in the next frame: of two that come at once, the first is never painted. And a
  // window that nobody sees has no frames; what it shows would wait, and all that comes after it.
  if (window.interpreter) window.interpreter.headless = true;

  // A menu of a line opens where the pointer asked for it, or below the line that has the keyboard: numbers only.
  const put = (x, y) => {
    const { style, dir } = document.documentElement;
    const start = (dir || getComputedStyle(document.documentElement).direction) === 'rtl' ? innerWidth - x : x;
    style.setProperty('--menu-x', `${Math.round(start)}px`);
    style.setProperty('--menu-y', `${Math.round(y)}px`);
  };
  document.addEventListener('contextmenu', (event) => {
    if (event.clientX || event.clientY) put(event.clientX, event.clientY);
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
    const line = event.target.getBoundingClientRect && event.target.getBoundingClientRect();
    if (line && line.height < innerHeight / 2) put(line.left + 32, line.bottom);
  }, true);

  // Keys that no control took reach the window, whatever has the keyboard.
  document.addEventListener('keydown', (event) => {
    if (keyboard.took(event)) return;
    if (event.target === document.body) {
      const root = byId('window');
      if (root) { root.focus(); root.dispatchEvent(new KeyboardEvent('keydown', event)); event.preventDefault(); }
      return;
    }
    // The keyboard stays inside a dialog. With Shift the web view names the key otherwise; its place is the same.
    const trap = document.querySelector('[data-trap]');
    if ((event.key === 'Tab' || event.code === 'Tab') && !event.ctrlKey && !event.altKey && trap) {
      const all = reachable(trap);
      if (!all.length) return;
      const edge = event.shiftKey ? all[0] : all[all.length - 1];
      if (!trap.contains(document.activeElement) || document.activeElement === edge) {
        event.preventDefault();
        (event.shiftKey ? all[all.length - 1] : all[0]).focus();
      }
      return;
    }
    // Arrows, Home and End move inside lists, menus and choices.
    const role = event.target.getAttribute && event.target.getAttribute('role');
    const kinds = { option: '.list [role=option]', menuitem: '[role^=menuitem]', menuitemradio: '[role^=menuitem]', radio: '[role=radio]' };
    const kind = role && kinds[role];
    const box = kind && event.target.closest('.list, [role=menu], [role=radiogroup]');
    if (box && !event.altKey && !event.ctrlKey) {
      const all = [...box.querySelectorAll(kind.replace('.list ', ''))];
      const at = all.indexOf(event.target);
      const next = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
      if (next !== undefined && all[next]) {
        event.preventDefault();
        all[next].focus();
        if (role === 'radio') all[next].click();
      }
    }
    // Up and down inside the messages.
    const message = event.target.closest && (event.target.closest('[data-message]') || event.target.closest('#timeline'));
    if (message && (event.key === 'ArrowUp' || event.key === 'ArrowDown') && !event.altKey && !event.ctrlKey) {
      const all = [...document.querySelectorAll('[data-message]')];
      const at = message.id === 'timeline' ? all.length : all.indexOf(message);
      const next = all[at + (event.key === 'ArrowUp' ? -1 : 1)];
      if (next) { event.preventDefault(); next.focus(); }
    }
  }, true);

  return {
    focus(id) {
      remember();
      const one = byId(id);
      const again = one && one.matches('input') && one !== document.activeElement;
      keyboard.aim(() => byId(id));
      // What stands in a field of one line is typed over.
      if (again) one.select();
    },
    // Nothing typed from here on may be read: the field that asks for it comes once the messages are closed.
    closing() { keyboard.aim(() => null, true); },
    show(id) {
      soon(() => { const one = byId(id); if (one) { one.scrollIntoView({ block: 'center' }); one.focus({ preventScroll: true }); } return one; }, 120);
    },
    reveal(id) { const one = byId(id); if (one) one.scrollIntoView({ block: 'nearest' }); },
    play(name, pieces) {
      soon(() => {
        const one = byId(`play-${name}`);
        if (one) delete one.dataset.broken;
        if (one && !one.hasAttribute('src')) play(one, name, pieces).catch(() => { if (!one.src) one.dataset.broken = 'true'; });
        return one;
      }, 60);
    },
    sound(name, go) {
      const one = byId(`play-${name}`);
      if (one && go) one.play().catch(() => {});
      if (one && !go) one.pause();
    },
    click(id) { const one = byId(id); if (one) one.click(); },
    giveBack() {
      keyboard.aim(() => (before && before.isConnected ? before : composer() || byId('window')));
    },
    toEnd() { const box = byId('timeline'); if (box) requestAnimationFrame(() => { box.scrollTop = 0; }); },
    region(forward) {
      const all = [...document.querySelectorAll('[data-region]')].filter((one) => one.offsetParent !== null || one.getClientRects().length);
      if (!all.length) return;
      const here = all.findIndex((one) => one.contains(document.activeElement));
      const next = all[(here + (forward ? 1 : -1) + all.length) % all.length];
      const first = next.matches('[tabindex="0"]') ? next : next.querySelector('textarea') || reachable(next)[0];
      if (first) first.focus();
    },
    empty(id) {
      const box = byId(id);
      if (!box) return;
      box.value = '';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    },
    clear(id) { const box = byId(id); if (box) box.value = ''; },
    swap(code, text) {
      const box = composer();
      if (!box) return;
      // The nearest one before the caret: keys may have followed.
      const at = box.value.lastIndexOf(code, box.selectionStart - code.length);
      if (at < 0) return;
      const caret = box.selectionStart + text.length - code.length;
      box.setRangeText(text, at, at + code.length);
      // A caret at the end of what was replaced would select it, and the next key would type over it.
      box.setSelectionRange(caret, caret);
      box.dispatchEvent(new Event('input', { bubbles: true }));
    },
    insert(text) {
      soon(() => {
        const box = composer();
        if (!box) return false;
        box.focus();
        box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end');
        box.dispatchEvent(new Event('input', { bubbles: true }));
        return true;
      }, 60);
    },
  };
})();
