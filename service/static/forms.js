/* Forms made kinder: photos shrunk before they travel, words kept until they have arrived, one press is one press.
   Everything works without this file. ES5, for the web views of old phones. */
(function () {
  "use strict";

  var LONGEST_SIDE = 1600;
  var QUALITY = 0.82;
  var KEPT_DAYS = 7;
  var PREFIX = "weiyuan:";

  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function all(selector, inside) { return (inside || document).querySelectorAll(selector); }
  function made(tag, className, words) {
    var element = document.createElement(tag);
    element.className = className || "";
    if (words) element.textContent = words;
    return element;
  }

  /* Words that survive a lost network or a lost session. A web view may forget them: nothing depends on it. */

  var store = {
    get: function (key) { try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch (error) { return null; } },
    set: function (key, value) { try { localStorage.setItem(PREFIX + key, JSON.stringify(value)); } catch (error) { return; } },
    drop: function (key) { try { localStorage.removeItem(PREFIX + key); } catch (error) { return; } }
  };

  function draftKey(form) { return form.getAttribute("action") + "#" + (form.elements.verb ? form.elements.verb.value : ""); }

  function clearWhatArrived() {
    var sent = store.get("sent");
    if (!sent || document.querySelector("[data-keep-drafts]")) return;
    if (sent.until && location.pathname.indexOf(sent.until) !== 0) return;
    store.drop("sent");
    if (!document.querySelector(".flash.refused, .has-error")) store.drop(sent.key);
  }

  function keepWords(form) {
    var key = draftKey(form);
    var fields = all("[data-draft]", form);
    var draft = store.get(key);
    if (!fields.length) return;
    if (draft && Date.now() - draft.at < KEPT_DAYS * 86400000) {
      each(fields, function (field) {
        if (!draft.words[field.name] || (field.value && field.type !== "hidden")) return;
        field.value = draft.words[field.name];
        field.setAttribute("data-restored", "");
        openAround(field);
      });
    }
    form.addEventListener("input", function () {
      var words = {};
      each(fields, function (field) { if (field.value) words[field.name] = field.value; });
      store.set(key, { at: Date.now(), words: words });
    });
    form.addEventListener("submit", function () { store.set("sent", { key: key, until: form.getAttribute("data-until") }); });
  }

  function openAround(field) {
    for (var node = field.parentNode; node && node.tagName; node = node.parentNode) {
      if (node.tagName === "DETAILS") node.open = true;
    }
  }

  /* One press is one press, however often it is pressed. */

  function guard(form) {
    form.addEventListener("submit", function (event) {
      if (form.getAttribute("data-sending")) { event.preventDefault(); return; }
      if (event.defaultPrevented) return;
      form.setAttribute("data-sending", "yes");
      each(all("button:not([type=button])", form), function (button) {
        button.className += " is-busy";
        if (!button.getAttribute("data-busy")) return;
        button.setAttribute("data-words", button.textContent);
        button.textContent = button.getAttribute("data-busy");
      });
    });
  }

  function release() {
    each(all("form[data-sending]"), function (form) {
      form.removeAttribute("data-sending");
      each(all(".is-busy", form), function (button) {
        button.className = button.className.replace(" is-busy", "");
        if (button.getAttribute("data-words")) button.textContent = button.getAttribute("data-words");
      });
    });
  }

  /* How many characters are left, said only when it begins to matter. */

  function count(area) {
    var note = made("p", "hint");
    note.setAttribute("aria-live", "polite");
    area.parentNode.insertBefore(note, area.nextSibling);
    function say() {
      var left = area.maxLength - area.value.length;
      note.textContent = left < 300 ? area.getAttribute("data-count").replace("{n}", left) : "";
    }
    area.addEventListener("input", say);
    say();
  }

  /* Photos: small previews that can be taken out again, and pictures that a weak network can carry. */

  function canChange() { try { return Boolean(new DataTransfer().items && HTMLCanvasElement.prototype.toBlob); } catch (error) { return false; } }

  function shrink(file, done) {
    var picture = new Image();
    var address = URL.createObjectURL(file);
    picture.onerror = function () { URL.revokeObjectURL(address); done(file); };
    picture.onload = function () {
      var scale = Math.min(1, LONGEST_SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
      var canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.naturalWidth * scale);
      canvas.height = Math.round(picture.naturalHeight * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob(function (blob) {
        if (!blob || blob.size >= file.size) { done(file); return; }
        done(new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }));
      }, "image/jpeg", QUALITY);
    };
    picture.src = address;
  }

  function photos(input) {
    var most = Number(input.getAttribute("data-most")) || 9;
    var whole = document.getElementById(input.getAttribute("data-whole"));
    var chosen = [];
    var working = 0;
    var waiting = null;
    var previews = made("div", "previews");
    var tile = made("label", "add-photo");
    var note = made("p", "hint");

    tile.htmlFor = input.id;
    tile.innerHTML = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M3 8h4.5L9 5h6l1.5 3H21v12H3z"/><circle cx="12" cy="13.5" r="3.6"/></svg>';
    tile.appendChild(document.createTextNode(input.getAttribute("data-words")));
    input.className += " unseen";
    input.parentNode.insertBefore(tile, input.nextSibling);
    input.parentNode.insertBefore(previews, input);
    input.parentNode.appendChild(note);
    note.setAttribute("aria-live", "polite");

    function show() {
      var carried = new DataTransfer();
      previews.textContent = "";
      chosen.forEach(function (photo, index) {
        carried.items.add(whole && whole.checked ? photo.whole : photo.small);
        previews.appendChild(preview(photo.small, index));
      });
      input.files = carried.files;
      tile.hidden = chosen.length >= most;
    }

    function preview(file, index) {
      var box = made("div", "preview");
      var picture = made("img");
      var out = made("button");
      picture.alt = file.name;
      picture.src = URL.createObjectURL(file);
      picture.onload = picture.onerror = function () { URL.revokeObjectURL(picture.src); };
      out.type = "button";
      out.setAttribute("aria-label", "× " + file.name);
      out.innerHTML = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6 6 18"/></svg>';
      out.addEventListener("click", function () { chosen.splice(index, 1); show(); });
      box.appendChild(picture);
      box.appendChild(out);
      return box;
    }

    input.addEventListener("change", function () {
      var room = most - chosen.length;
      var added = Array.prototype.slice.call(input.files, 0, room);
      note.textContent = input.files.length > room ? (input.getAttribute("data-too-many") || "").replace("{n}", most) : "";
      each(added, function (file) {
        working += 1;
        shrink(file, function (smaller) {
          working -= 1;
          chosen.push({ whole: file, small: smaller });
          show();
          if (!working && waiting) waiting.click();
        });
      });
      if (!added.length) show();
    });
    input.form.addEventListener("submit", function (event) {
      waiting = working ? input.form.querySelector("button:not([type=button]):not([formnovalidate])") : null;
      if (working) event.preventDefault();
    });
    if (whole) whole.addEventListener("change", show);
    document.addEventListener("weiyuan:clear", function () { chosen = []; show(); });
  }

  /* Wishes like hers, asked for when she stops writing; the button for browsers without this file goes away. */

  function lookForAlike(area) {
    var place = document.getElementById("alike");
    var button = document.querySelector("button.look");
    var secret = area.form.querySelector("input[type=checkbox][name=is_private]");
    var timer = 0;
    var asked = "";
    if (!place || !window.XMLHttpRequest) return;
    if (button) button.hidden = true;
    function ask() {
      var words = area.value.trim();
      if (words.length < 4 || words === asked) return;
      asked = words;
      var request = new XMLHttpRequest();
      request.open("POST", area.getAttribute("data-alike"));
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.timeout = 8000;
      request.onload = function () {
        if (request.status !== 200 || asked !== words) return;
        place.innerHTML = request.responseText;
        document.dispatchEvent(new Event("weiyuan:beneath"));
      };
      request.send("text=" + encodeURIComponent(words) + "&is_private=" + Boolean(secret && secret.checked) + more());
    }
    function more() {
      return ["area", "category", "csrf_token"].map(function (name) {
        var field = area.form.elements[name];
        return field ? "&" + name + "=" + encodeURIComponent(field.value) : "";
      }).join("");
    }
    each([secret, area.form.elements.area, area.form.elements.category].filter(Boolean), function (field) {
      field.addEventListener("change", function () { asked = ""; ask(); });
    });
    area.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 1200); });
    area.addEventListener("change", ask);
    if (area.value) ask();
  }

  /* What was said by "me too" need not be kept to be said again. */

  function clearWithMe(form) {
    form.addEventListener("submit", function () {
      store.set("sent", { key: draftKey(document.getElementById(form.getAttribute("data-clears"))), until: form.getAttribute("data-until") });
    });
  }

  clearWhatArrived();
  each(all("textarea[data-alike]"), lookForAlike);
  each(all("form[data-clears]"), clearWithMe);
  if (canChange()) each(all("input[data-photos][data-words]"), photos);
  each(all("form[method=post]"), keepWords);
  each(all("form[data-once]"), guard);
  each(all("textarea[data-count]"), count);
  window.addEventListener("pageshow", release);
  document.addEventListener("weiyuan:release", release);
  each(all("form[data-forgets]"), function (form) { form.addEventListener("submit", function () { store.drop("me"); }); });
})();
