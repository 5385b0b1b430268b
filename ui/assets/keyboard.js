// The keyboard on its way to a field that is not drawn yet. Constant: no text of a person or a peer is ever part of it.
//
// A shortcut opens a field, and the next key comes before the field does. Until it is there a field outside of the
// window has the keyboard, so that nothing typed reaches the one that had it before; then all of it is handed over in
// order, with the keys that do something. One of those may lead to yet another field: the rest waits for that one.
window.conclaveKeyboard = (() => {
  // Milliseconds until a field that does not come is given up: a busy computer draws late.
  const PATIENCE = 8000;
  // Milliseconds for what a key starts to reach the page.
  const TURN = 30;
  // Letters and keys that are kept at most.
  const ROOM = 4096;
  const KEYS = 64;
  const HELD = ['Control', 'Shift', 'Alt', 'AltGraph', 'Meta'];
  const ACTS = ['Enter', 'Tab', 'Escape', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown'];
  let wait = null;
  // The field outside of the window. An element that comes or goes makes the web view lay out and paint the whole window, so
  // one that nothing was written into stays for the next time; who reads the page aloud does not meet it.
  let spare = null;

  const end = () => {
    clearTimeout(wait.late);
    wait.watch.disconnect();
    const { box, kept } = wait;
    wait = null;
    if (kept) {
      box.blur();
      box.ariaHidden = 'true';
    } else {
      if (box === spare) spare = null;
      box.remove();
    }
  };
  const write = (one, text) => {
    if (!text || typeof one.selectionStart !== 'number') return;
    const room = one.maxLength < 0 ? text.length : one.maxLength - one.value.length + one.selectionEnd - one.selectionStart;
    one.setRangeText(text.slice(0, Math.max(0, room)), one.selectionStart, one.selectionEnd, 'end');
    one.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const press = (one, key) => {
    if (!one.dispatchEvent(new KeyboardEvent('keydown', key)) || key.key !== 'Enter') return;
    if (one.matches('button')) one.click();
    else if (one.matches('textarea')) write(one, '\n');
    else if (one.form) one.form.requestSubmit();
  };
  const hand = () => {
    if (!wait || wait.turning || wait.composing) return;
    const one = wait.find();
    if (!one) return;
    const next = wait.keys.shift();
    if (next === undefined) {
      const rest = wait.box.value;
      end();
      one.focus();
      write(one, rest);
    } else if (typeof next === 'string') {
      write(one, next);
      hand();
    } else {
      wait.turning = true;
      press(one, next);
      setTimeout(() => { if (wait) { wait.turning = false; hand(); } }, TURN);
    }
  };
  const outside = (type) => {
    const box = document.createElement('input');
    box.type = type;
    box.className = 'vh';
    box.tabIndex = -1;
    box.maxLength = ROOM;
    const waits = () => wait && wait.box === box;
    box.addEventListener('input', () => { if (waits()) wait.kept = false; });
    box.addEventListener('compositionstart', () => { if (waits()) { wait.composing = true; wait.kept = false; } });
    box.addEventListener('compositionend', () => { if (waits()) { wait.composing = false; hand(); } });
    // The pointer put the keyboard elsewhere.
    box.addEventListener('blur', (event) => { if (waits() && event.relatedTarget) end(); });
    document.body.append(box);
    return box;
  };
  const begin = (secret) => {
    const box = secret ? outside('password') : spare ||= outside('text');
    wait = { box, kept: !secret, keys: [], find: () => null, watch: new MutationObserver(hand) };
    box.ariaHidden = null;
    box.focus({ preventScroll: true });
    wait.watch.observe(document.body, { childList: true, subtree: true });
  };
  // Puts the keyboard into what `find` finds, at once or as soon as it is there.
  const aim = (find, secret = false) => {
    const one = find();
    if (!wait && one) {
      one.focus();
      return;
    }
    if (!wait) begin(secret);
    clearTimeout(wait.late);
    wait.late = setTimeout(() => {
      if (!wait) return;
      end();
      const root = document.getElementById('window');
      if (root) root.focus();
    }, PATIENCE);
    wait.find = find;
    hand();
  };
  // Keeps a key that does something. Letters, and what edits them, the field outside of the window takes by itself.
  const took = (event) => {
    if (!wait || event.target !== wait.box) return false;
    const { key, code, ctrlKey, altKey, shiftKey, metaKey } = event;
    const chord = ctrlKey || metaKey || (altKey && !event.getModifierState('AltGraph'));
    const edits = ctrlKey && !altKey && 'acvxz'.includes(key.toLowerCase());
    const acts = chord ? !edits && !HELD.includes(key) : ACTS.includes(key) || code === 'Tab' || /^F\d/.test(key);
    if (acts && !event.isComposing) {
      event.preventDefault();
      if (wait.keys.length < KEYS) {
        const again = { key, code, ctrlKey, altKey, shiftKey, metaKey, bubbles: true, cancelable: true };
        wait.keys.push(wait.box.value, again);
        wait.box.value = '';
      }
    }
    return true;
  };
  return { aim, took, away: (one) => Boolean(wait) && one === wait.box };
})();
