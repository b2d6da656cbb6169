/* A little work for the phone, asked for when very many wishes come from one place: a number whose SHA-256 behind the
   task begins with so many zero bits. Done in slices, so that the page stays awake. Without this file a minute's wait
   does as well. ES5. */
(function () {
  "use strict";

  var K = [];
  var FIRST = [];

  function isPrime(number) {
    for (var factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return false;
    return true;
  }

  function fraction(root) { return ((root - Math.floor(root)) * 0x100000000) | 0; }

  for (var candidate = 2; K.length < 64; candidate += 1) {
    if (!isPrime(candidate)) continue;
    if (FIRST.length < 8) FIRST.push(fraction(Math.pow(candidate, 1 / 2)));
    K.push(fraction(Math.pow(candidate, 1 / 3)));
  }

  function turned(word, by) { return (word >>> by) | (word << (32 - by)); }

  function padded(text) {
    var words = [];
    for (var at = 0; at < text.length; at += 1) words[at >> 2] |= text.charCodeAt(at) << (24 - 8 * (at & 3));
    words[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
    words[(((text.length + 8) >> 6) << 4) + 15] = text.length * 8;
    return words;
  }

  function firstWord(text) {
    var words = padded(text);
    var state = FIRST.slice();
    for (var from = 0; from < words.length; from += 16) {
      var w = [];
      var s = state.slice();
      for (var i = 0; i < 64; i += 1) {
        if (i < 16) w[i] = words[from + i] | 0;
        else {
          var x = w[i - 15];
          var y = w[i - 2];
          w[i] = ((turned(y, 17) ^ turned(y, 19) ^ (y >>> 10)) + w[i - 7] + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) + w[i - 16]) | 0;
        }
        var one = (s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i]) | 0;
        var two = ((turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
        s = [(one + two) | 0, s[0], s[1], s[2], (s[3] + one) | 0, s[4], s[5], s[6]];
      }
      for (var j = 0; j < 8; j += 1) state[j] = (state[j] + s[j]) | 0;
    }
    return state[0];
  }

  function work(field) {
    var task = field.form.elements.work_task.value;
    var most = 32 - Number(field.getAttribute("data-work"));
    var number = 0;
    (function slice() {
      var until = Date.now() + 30;
      while (Date.now() < until) {
        if (firstWord(task + number) >>> most === 0) { field.value = String(number); return; }
        number += 1;
      }
      setTimeout(slice, 0);
    })();
  }

  Array.prototype.forEach.call(document.querySelectorAll("input[data-work]"), work);
})();
