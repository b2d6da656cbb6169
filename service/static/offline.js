/* The service worker of the villagers' forms: opens a form without a network that was opened before, and sends what waits
   when the network is back, even when the page is closed. ES5 but for promises. */
importScripts("/static/outbox.js");

(function () {
  "use strict";

  var SHELF = "weiyuan";
  var FORM = /^\/w\/[0-9A-Za-z_-]{1,32}$/;
  var PATIENCE = 6000;

  self.addEventListener("install", function () { self.skipWaiting(); });
  self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

  self.addEventListener("fetch", function (event) {
    var address = new URL(event.request.url);
    if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
    if (event.request.mode === "navigate" && FORM.test(address.pathname)) event.respondWith(form(event.request, address.pathname));
    else if (address.pathname.indexOf("/static/") === 0) event.respondWith(shelved(event.request));
  });

  function shelved(request) {
    return caches.match(request).then(function (found) { return found || fetch(request); });
  }

  /* From the network when it answers soon; a link that is closed by now is not shown as if it were open. */
  function form(request, path) {
    return caches.match(path, { ignoreSearch: true }).then(function (kept) {
      var fresh = fetch(request).then(function (answer) {
        if (answer.status === 404 || answer.status === 410) caches.open(SHELF).then(function (shelf) { return shelf.delete(path); });
        return answer;
      });
      if (!kept) return fresh;
      return Promise.race([fresh, later()]).then(function (answer) { return answer || kept; }, function () { return kept; });
    });
  }

  function later() { return new Promise(function (done) { setTimeout(done, PATIENCE); }); }

  function send() {
    return self.weiyuanOutbox.sendAll().then(tell, function (error) { tell(); throw error; });
  }

  function tell() {
    return self.clients.matchAll({ type: "window" }).then(function (pages) {
      pages.forEach(function (page) { page.postMessage("outbox"); });
    });
  }

  self.addEventListener("sync", function (event) { if (event.tag === "wishes") event.waitUntil(send()); });
})();
