/* The big screen asks for its own page again and again, and takes over what is new without a flicker. When nothing new
   comes it says so: nobody takes old numbers for today's. Without this file the browser loads the page anew. ES5. */
(function () {
  "use strict";

  var screen = document.getElementById("screen");
  var wait = Number(screen.getAttribute("data-seconds")) * 1000;
  var last = Date.now();

  function say(name) {
    var note = document.getElementById("stale");
    var words = note.querySelector("span");
    if (words.textContent !== note.getAttribute(name)) words.textContent = note.getAttribute(name);
    note.hidden = false;
  }

  function take(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("screen");
    if (!fresh) { say("data-signed-out"); return; }
    window.weiyuanCharts.forget(screen);
    screen.innerHTML = fresh.innerHTML;
    last = Date.now();
    window.weiyuanCharts.draw();
  }

  function ask() {
    fetch(window.location.href, { credentials: "same-origin", cache: "no-store" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text().then(take);
      })
      .catch(function () { say("data-lost"); });
  }

  if (!window.fetch || !window.DOMParser) { window.setTimeout(function () { window.location.reload(); }, wait); return; }
  window.setInterval(ask, wait);
  /* A question may also hang without an answer. */
  window.setInterval(function () { if (Date.now() - last > 3 * wait) say("data-lost"); }, 5000);
})();
