/* The wish form made kinder: whom to call in danger, a spoken wish, the place by satellite, and a wish that waits on the
   phone when there is no network. Everything works without this file. ES5, for the web views of old phones. */
(function () {
  "use strict";

  var outbox = self.weiyuanOutbox;
  var form = document.getElementById("wish");
  var shelf = document.getElementById("outbox");
  var isTrying = false;
  var shown = "";
  var asked = null;
  var SLOW = 8000;
  var AGAIN = 20000;
  var NOTICED = 800;

  function byId(id) { return document.getElementById(id); }
  function made(tag, className, words) {
    var element = document.createElement(tag);
    element.className = className || "";
    if (words) element.textContent = words;
    return element;
  }
  function kept(key) { try { return JSON.parse(localStorage.getItem("weiyuan:" + key)); } catch (error) { return null; } }
  function keep(key, value) { try { localStorage.setItem("weiyuan:" + key, JSON.stringify(value)); } catch (error) { return; } }
  function forget(key) { try { localStorage.removeItem("weiyuan:" + key); } catch (error) { return; } }
  function carried(files) {
    var list = new DataTransfer();
    files.forEach(function (file) { list.items.add(file); });
    return list.files;
  }
  function canCarry() { try { return Boolean(new DataTransfer().items && carried([])); } catch (error) { return false; } }

  /* A form from the phone's own shelf was given its key long ago: the next wish needs another. */

  function newKey() {
    var found = "";
    try {
      var numbers = crypto.getRandomValues(new Uint8Array(12));
      for (var i = 0; i < numbers.length; i += 1) found += (numbers[i] + 256).toString(16).slice(1);
    } catch (error) { return; }
    form.elements.form_key.value = found;
  }

  /* Danger is told at once: whoever writes of it may have no network. */

  function watchForDanger() {
    var area = byId("text");
    var card = byId("danger");
    var signs = new RegExp(area.getAttribute("data-danger"));
    function look() { card.hidden = !signs.test(area.value) || Boolean(document.querySelector("#alike .is-urgent")); }
    area.addEventListener("input", look);
    document.addEventListener("weiyuan:beneath", look);
    look();
  }

  /* Boxes that make sense only with another one. */

  function together(box, row) {
    function show() { row.hidden = !box.checked; }
    box.addEventListener("change", show);
    show();
  }

  /* The place by satellite, as the phone knows it: WGS-84, and how sure it is. */

  function locating(button) {
    var field = form.elements.position;
    var note = byId("position-note");
    if (!navigator.geolocation || self.isSecureContext === false) return;
    button.hidden = false;
    function say() {
      note.textContent = field.value ? button.getAttribute("data-found") : "";
      button.textContent = button.getAttribute(field.value ? "data-drop" : "data-ask");
    }
    button.addEventListener("click", function () {
      if (field.value) { field.value = ""; say(); return; }
      note.textContent = button.getAttribute("data-asking");
      navigator.geolocation.getCurrentPosition(function (found) {
        var at = found.coords;
        field.value = at.latitude.toFixed(6) + "," + at.longitude.toFixed(6) + " WGS-84 ±" + Math.min(999999, Math.round(at.accuracy)) + " m";
        say();
      }, function () { note.textContent = button.getAttribute("data-failed"); }, { enableHighAccuracy: true, timeout: 20000 });
    });
    say();
  }

  /* A spoken wish. Where the browser cannot record, the field for a file is still there. */

  function recording(input) {
    var types = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
    var most = Number(input.getAttribute("data-longest"));
    var bar = byId("recorder");
    var button = bar.querySelector("button");
    var note = byId("voice-note");
    var recorder = null;
    var player = null;
    if (!self.MediaRecorder || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia || !canCarry()) return;
    bar.hidden = false;
    input.className += " unseen";
    byId("choose-voice").hidden = false;

    function say(name, seconds) { note.textContent = (button.getAttribute("data-" + name) || "").replace("{n}", seconds).replace("{most}", most); }
    function label(name) { button.lastChild.textContent = button.getAttribute("data-" + name); }

    function shown() {
      if (player) { URL.revokeObjectURL(player.src); bar.removeChild(player); player = null; }
      label(input.files.length ? "drop" : "start");
      if (!input.files.length) return;
      player = made("audio");
      player.controls = true;
      player.src = URL.createObjectURL(input.files[0]);
      bar.insertBefore(player, button);
    }

    function begin(stream) {
      var usable = types.filter(function (type) { return MediaRecorder.isTypeSupported(type); })[0];
      var parts = [];
      var since = Date.now();
      var ticking = setInterval(function () {
        var seconds = Math.round((Date.now() - since) / 1000);
        say("running", seconds);
        if (seconds >= most && recorder) recorder.stop();
      }, 500);
      recorder = new MediaRecorder(stream, usable ? { mimeType: usable, audioBitsPerSecond: 24000 } : {});
      recorder.ondataavailable = function (event) { if (event.data.size) parts.push(event.data); };
      recorder.onstop = function () {
        var type = (recorder.mimeType || usable || "audio/webm").split(";")[0];
        clearInterval(ticking);
        stream.getTracks().forEach(function (track) { track.stop(); });
        recorder = null;
        note.textContent = "";
        input.files = carried([new File(parts, "voice." + type.split("/")[1], { type: type })]);
        shown();
      };
      recorder.start();
      label("stop");
      say("running", 0);
    }

    button.addEventListener("click", function () {
      if (recorder) { recorder.stop(); return; }
      if (input.files.length) { input.value = ""; shown(); return; }
      navigator.mediaDevices.getUserMedia({ audio: true }).then(begin).catch(function () { say("refused"); });
    });
    input.addEventListener("change", shown);
    document.addEventListener("weiyuan:clear", function () { input.value = ""; shown(); });
  }

  /* Her own phone, if she says so: name and number are there the next time. A borrowed one keeps nothing. */

  function remembering(box) {
    var me = kept("me");
    var fields = [form.elements.name, form.elements.phone];
    if (me && form.hasAttribute("data-fresh")) {
      box.checked = true;
      fields.forEach(function (field) { field.value = field.value || me[field.name] || ""; });
    }
    form.addEventListener("submit", function () {
      var words = {};
      fields.forEach(function (field) { words[field.name] = field.value; });
      if (box.checked) keep("me", words);
      else forget("me");
    });
  }

  /* Sending, and waiting for a network */

  function read() {
    var fields = [];
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || field.disabled || field.type === "submit" || field.tagName === "BUTTON") return;
      if ((field.type === "checkbox" || field.type === "radio") && !field.checked) return;
      if (field.type !== "file") { fields.push([field.name, field.value]); return; }
      Array.prototype.forEach.call(field.files, function (file) { fields.push([field.name, file, file.name]); });
    });
    return { key: form.elements.form_key.value, action: form.getAttribute("action"), at: Date.now(), state: "waiting", fields: fields };
  }

  function said(entry, name) {
    return entry.fields.reduce(function (found, field) { return field[0] === name ? field[1] : found; }, "");
  }

  function fill(entry) {
    var files = {};
    // The form may still hold them: it was only hidden.
    document.dispatchEvent(new Event("weiyuan:clear"));
    entry.fields.forEach(function (field) { if (field.length > 2) (files[field[0]] = files[field[0]] || []).push(field[1]); });
    Array.prototype.forEach.call(form.elements, function (field) {
      if (!field.name || field.tagName === "BUTTON" || field.name === "csrf_token" || field.name === "work_task") return;
      if (field.type === "file") {
        if (!files[field.name] || !canCarry()) return;
        field.files = carried(files[field.name].map(function (file, i) { return new File([file], file.name || "photo" + i + ".jpg", { type: file.type }); }));
        field.dispatchEvent(new Event("change"));
      } else if (field.type === "radio" || field.type === "checkbox") field.checked = said(entry, field.name) === field.value;
      else if (field.type !== "hidden" || field.name === "form_key" || field.name === "position") field.value = said(entry, field.name);
    });
    form.hidden = false;
    byId("text").dispatchEvent(new Event("input", { bubbles: true }));
  }

  function release() { document.dispatchEvent(new Event("weiyuan:release")); }

  /* A form that came back has her words, and nearly always her photos. A page that only says why not has none: they
     stay in the outbox, and what a full day refused goes by itself on the next one. */
  function stays(entry, answer) {
    var isForm = !answer.receipt && answer.page.indexOf('id="wish"') >= 0;
    if (answer.receipt || (isForm && !/id="wish"[^>]* data-lost/.test(answer.page))) return outbox.drop(entry.key);
    entry.state = answer.status === 429 && !isForm ? "waiting" : "refused";
    return outbox.put(entry);
  }

  function arrived(entry, answer) {
    return stays(entry, answer).catch(function () { return; }).then(function () {
      if (answer.receipt) { location.assign(answer.receipt); return; }
      document.open();
      document.write(answer.page);
      document.close();
    });
  }

  function send() {
    var entry = read();
    var slow = setTimeout(function () { byId("sending").hidden = false; }, SLOW);
    outbox.put(entry).catch(function () { return; }).then(function () { return outbox.post(entry); }).then(function (answer) {
      clearTimeout(slow);
      return arrived(entry, answer);
    }, function () {
      clearTimeout(slow);
      byId("sending").hidden = true;
      release();
      outbox.put(entry).then(function () { waits(entry); }, function () { byId("no-network").hidden = false; });
    });
  }

  /* Its words are in the outbox now: the draft of the form would be a second copy. */
  function waits() {
    forget(form.getAttribute("action") + "#");
    form.hidden = true;
    later();
    show();
  }

  function later() {
    if (!navigator.serviceWorker || !self.SyncManager) return;
    navigator.serviceWorker.ready.then(function (worker) { return worker.sync.register("wishes"); }).catch(function () { return; });
  }

  function trying() {
    if (isTrying) return;
    isTrying = true;
    outbox.sendAll().then(function () { return ""; }, function (error) {
      return error instanceof TypeError ? "no-network-still" : "not-taken";
    }).then(function (outcome) {
      isTrying = false;
      return show().then(function () { tellWhoAsked(outcome); });
    });
  }

  /* Who asked for a try is told what came of it, beside her button and long enough to be noticed; a try that the phone
     makes by itself disturbs nobody. */
  function tryNow(key) {
    asked = { key: key, at: Date.now() };
    tell(key, "trying");
    trying();
  }

  function tell(key, outcome) {
    var note = byId("tried-" + key);
    if (note) note.textContent = outcome && word(outcome);
  }

  function tellWhoAsked(outcome) {
    var who = asked;
    asked = null;
    if (who) setTimeout(function () { if (!asked) tell(who.key, outcome); }, Math.max(0, who.at + NOTICED - Date.now()));
  }

  function button(words, act, isPlain) {
    var made_ = made("button", isPlain ? "button plain" : "button", words);
    made_.type = "button";
    made_.addEventListener("click", act);
    return made_;
  }

  function word(name) { return shelf.getAttribute("data-" + name); }

  function card(entry) {
    var box = made("section", "card note-card is-" + entry.state);
    var photos = entry.fields ? entry.fields.filter(function (field) { return field[0] === "photos"; }).length : 0;
    var tried;
    function away() { outbox.drop(entry.key).then(show); }
    box.appendChild(made("h2", "", word(entry.state)));
    if (entry.state === "arrived") {
      box.appendChild(made("p", "soft", word(entry.isHers ? "arrived-hers" : "arrived-note")));
      box.appendChild(button(word("receipt"), function () { outbox.drop(entry.key).then(function () { location.assign(entry.receipt); }); }));
      box.appendChild(button(word("forget"), away, true));
      return box;
    }
    box.appendChild(made("p", "soft", word(entry.state + "-note")));
    box.appendChild(made("p", "kept-words", said(entry, "text") || word("spoken")));
    if (photos) box.appendChild(made("p", "soft", word("photos").replace("{n}", photos)));
    if (entry.state === "waiting") {
      box.appendChild(button(word("now"), function () { tryNow(entry.key); }));
      tried = made("p", "soft tried");
      tried.id = "tried-" + entry.key;
      tried.setAttribute("role", "status");
      box.appendChild(tried);
    }
    if (form) box.appendChild(button(word("change"), function () { outbox.drop(entry.key).then(function () { fill(entry); show(); }); }, true));
    box.appendChild(button(word("away"), away, true));
    return box;
  }

  function another() {
    form.reset();
    document.dispatchEvent(new Event("weiyuan:clear"));
    newKey();
    form.hidden = false;
    byId("more").hidden = true;
  }

  function show() {
    return outbox.all().then(function (entries) {
      var gone = byId("her-words");
      var now = entries.map(function (entry) { return entry.key + entry.state; }).join();
      if (form) byId("more").hidden = !form.hidden;
      // Whoever listens to a card or is about to press its button is not disturbed by a try that changed nothing.
      if (now === shown) return entries;
      shown = now;
      shelf.textContent = "";
      entries.forEach(function (entry) {
        if (gone && said(entry, "text") === gone.textContent) gone.parentNode.hidden = true;
        shelf.appendChild(card(entry));
      });
      return entries;
    });
  }

  /* The form itself stays on the phone, so that it opens without a network: it says nothing of anybody. */

  function shelve() {
    var scripts = Array.prototype.map.call(document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]"), function (each) {
      return each.getAttribute("src") || each.getAttribute("href");
    });
    return fetch(location.pathname, { cache: "force-cache", credentials: "same-origin" }).then(function (page) {
      if (!page.ok || /no-store/.test(page.headers.get("cache-control") || "")) return null;
      return caches.open("weiyuan").then(function (shelf) {
        // The page comes last: what is there is there with its scripts.
        return shelf.addAll(scripts).then(function () { return shelf.put(location.pathname, page); }).then(function () { return tidied(shelf, scripts); });
      });
    });
  }

  function tidied(shelf, scripts) {
    return shelf.keys().then(function (requests) {
      requests.forEach(function (request) {
        var address = new URL(request.url);
        if (address.pathname.indexOf("/static/") === 0 && scripts.indexOf(address.pathname + address.search) < 0) shelf.delete(request);
      });
    });
  }

  function serve() {
    if (!navigator.serviceWorker || !self.caches) return;
    navigator.serviceWorker.register("/w/offline.js").then(function () {
      if (form && form.hasAttribute("data-fresh") && navigator.onLine !== false) return shelve();
      return null;
    }).catch(function () { return; });
    navigator.serviceWorker.addEventListener("message", show);
  }

  function queue() {
    if (!outbox || !self.indexedDB || !self.Promise || !self.fetch || !self.FormData) return;
    if (form) {
      form.addEventListener("submit", function (event) {
        if (event.defaultPrevented || form.hasAttribute("data-plain")) return;
        event.preventDefault();
        send();
      });
      byId("more").querySelector("button").addEventListener("click", another);
    }
    show().then(function (entries) {
      if (entries.some(function (entry) { return entry.state === "waiting"; })) trying();
    }).catch(function () { if (form) form.setAttribute("data-plain", ""); });
    self.addEventListener("online", trying);
    self.addEventListener("load", serve);
    setInterval(function () {
      if (shelf.querySelector(".is-waiting") && !document.hidden) trying();
    }, AGAIN);
  }

  if (form) {
    if (form.hasAttribute("data-fresh") && !form.elements.form_key.hasAttribute("data-restored")) newKey();
    watchForDanger();
    locating(byId("locate"));
    recording(byId("voice"));
    remembering(form.elements.remember);
    together(form.querySelector("input[type=checkbox][name=is_for_other]"), byId("consent-row"));
  }
  if (shelf) queue();
})();
