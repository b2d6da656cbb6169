/* Reads the page aloud, where the telephone has a voice for its language; without one the button stays hidden. */
(function () {
  'use strict';
  var voices = window.speechSynthesis, button = document.querySelector('[data-aloud]');
  if (!voices || !window.SpeechSynthesisUtterance || !button) { return; }
  var language = document.documentElement.lang || 'zh-CN', words = button.querySelector('span');

  function voice() {
    var all = voices.getVoices(), i;
    for (i = 0; i < all.length; i += 1) {
      if (all[i].lang && all[i].lang.replace('_', '-').slice(0, 2) === language.slice(0, 2)) { return all[i]; }
    }
    return null;
  }

  function offer() { button.hidden = !voice(); }

  function parts() {
    var found = document.querySelectorAll('main h1, main h2, main p, main dt, main dd, main label, main legend, main li, main .button'), said = [], i, text;
    for (i = 0; i < found.length; i += 1) {
      text = found[i].offsetParent !== null && !found[i].querySelector('p, li, dd') ? found[i].innerText.trim() : '';
      if (text && said[said.length - 1] !== text) { said.push(text); }
    }
    return said;
  }

  function turn(isReading) {
    button.setAttribute('aria-pressed', isReading ? 'true' : 'false');
    words.textContent = button.getAttribute(isReading ? 'data-stop' : 'data-start');
  }

  function stop() { voices.cancel(); turn(false); }

  function read() {
    var said = parts(), i, sentence;
    for (i = 0; i < said.length; i += 1) {
      sentence = new window.SpeechSynthesisUtterance(said[i]);
      sentence.lang = language;
      sentence.rate = 0.9;
      if (i === said.length - 1) { sentence.onend = function () { turn(false); }; }
      voices.speak(sentence);
    }
    turn(said.length > 0);
  }

  button.addEventListener('click', function () {
    if (button.getAttribute('aria-pressed') === 'true') { stop(); } else { voices.cancel(); read(); }
  });
  window.addEventListener('pagehide', function () { voices.cancel(); });
  if ('onvoiceschanged' in voices) { voices.onvoiceschanged = offer; }
  // Asking for voices wakes a program of the telephone: what she came for is on the screen first.
  window.addEventListener('load', function () { window.setTimeout(offer, 500); });
}());
