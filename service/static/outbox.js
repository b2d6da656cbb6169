/* Wishes that wait on the phone until there is a network: kept in IndexedDB, sent once by their form's key, and forgotten
   when they have arrived. The page and its service worker both use this. ES5; needs Promise, fetch and IndexedDB. */
(function (scope) {
  "use strict";

  var KEPT_DAYS = 7;
  var RECEIPT_DAYS = 1;

  function opened() {
    return new Promise(function (done, fail) {
      var asked = indexedDB.open("weiyuan", 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore("outbox", { keyPath: "key" }); };
      asked.onsuccess = function () { done(asked.result); };
      asked.onerror = function () { fail(asked.error); };
    });
  }

  function within(mode, act) {
    return opened().then(function (base) {
      return new Promise(function (done, fail) {
        var work = base.transaction("outbox", mode);
        var asked = act(work.objectStore("outbox"));
        function failed() { base.close(); fail(work.error); }
        work.oncomplete = function () { base.close(); done(asked.result); };
        work.onerror = failed;
        work.onabort = failed;
      });
    });
  }

  function put(entry) { return within("readwrite", function (kept) { return kept.put(entry); }); }
  function drop(key) { return within("readwrite", function (kept) { return kept.delete(key); }); }

  /* Those that are too old go: nobody's words stay on a borrowed phone, and the key to a wish still less. */
  function all() {
    return within("readonly", function (kept) { return kept.getAll(); }).then(function (entries) {
      entries.forEach(function (entry) { if (isOld(entry)) drop(entry.key); });
      return entries.filter(function (entry) { return !isOld(entry); });
    });
  }

  function isOld(entry) {
    var days = entry.state === "arrived" && !entry.isHers ? RECEIPT_DAYS : KEPT_DAYS;
    return entry.at < Date.now() - days * 86400000;
  }

  function isHers(entry) {
    return entry.fields.some(function (field) { return field[0] === "remember" && field[1] === "true"; });
  }

  /* Fails when it has not arrived: no network, a server that is busy, or somebody else's page in between. What stays
     here whatever comes (`isKept`) need not lie at the other end as well. */
  function post(entry, isKept) {
    var body = new FormData();
    if (isKept) body.append("kept_here", "1");
    entry.fields.forEach(function (field) {
      if (field.length > 2) body.append(field[0], field[1], field[2]);
      else body.append(field[0], field[1]);
    });
    var asked = { method: "POST", body: body, credentials: "same-origin", headers: { Accept: "application/json, text/html" } };
    return fetch(entry.action, asked).then(function (answer) {
      var type = answer.headers.get("content-type") || "";
      if (answer.ok && type.indexOf("application/json") === 0) return answer.json();
      if (answer.status < 400 || answer.status >= 500) throw new Error("not taken now: " + answer.status);
      return answer.text().then(function (page) { return { page: page, status: answer.status }; });
    });
  }

  /* What is left of a wish that has arrived: its receipt, until she has seen it, a day at most where she did not say
     that the phone is hers. What was refused waits for her. */
  function settled(entry, answer) {
    var left = { key: entry.key, at: Date.now(), state: "arrived", receipt: answer.receipt, isHers: isHers(entry) };
    if (answer.receipt) return put(left);
    if (answer.status === 429) throw new Error("too many now");
    entry.state = "refused";
    return put(entry);
  }

  function sendAll() {
    var failed = null;
    return all().then(function (entries) {
      return entries.reduce(function (before, entry) {
        if (entry.state !== "waiting") return before;
        return before.then(function () {
          return post(entry, true).then(function (answer) { return settled(entry, answer); }).catch(function (error) { failed = error; });
        });
      }, Promise.resolve());
    }).then(function () { if (failed) throw failed; });
  }

  scope.weiyuanOutbox = { put: put, drop: drop, all: all, post: post, sendAll: sendAll };
})(self);
