/* The workbench by keyboard. Everything works without this file. ES5. */
(function () {
  "use strict";

  var keys = document.getElementById("keys");

  function links() { return Array.prototype.slice.call(document.querySelectorAll("#queue .queue-row a")); }

  function move(step) {
    var rows = links();
    var focused = rows.indexOf(document.activeElement);
    var here = focused >= 0 ? focused : rows.map(function (row) { return row.getAttribute("aria-current"); }).indexOf("true");
    var next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
    if (next) next.focus();
  }

  function openFirstAction() {
    var action = document.querySelector("#actions details");
    var field;
    if (!action) return;
    action.open = true;
    field = action.querySelector("input:not([type=hidden]), select, textarea, button");
    if (field) field.focus();
  }

  function find() {
    var box = document.querySelector(".find input");
    if (box) { box.focus(); box.select(); }
  }

  var ACTS = {
    j: function () { move(1); },
    k: function () { move(-1); },
    a: openFirstAction,
    "/": find,
    "?": function () { if (keys) keys.hidden = !keys.hidden; },
    Escape: function () { if (keys) keys.hidden = true; }
  };

  function isTyping(target) { return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable; }

  document.addEventListener("keydown", function (event) {
    var act = ACTS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    act();
  });

  /* A suggested unit is filled in where one stands; without scripts its link does the same. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("[data-unit]");
    var form = link && link.closest("details").querySelector("form");
    if (!form || !form.elements.unit) return;
    event.preventDefault();
    form.elements.unit.value = link.getAttribute("data-unit");
    form.elements.unit.focus();
  });

  /* Tick all, where several are done at once. */
  Array.prototype.forEach.call(document.querySelectorAll("[data-tick-all]"), function (label) {
    label.hidden = false;
    label.addEventListener("change", function (event) {
      Array.prototype.forEach.call(document.querySelectorAll("#queue .pick input"), function (box) { box.checked = event.target.checked; });
    });
  });

  /* A menu closes when something else is pressed. */
  document.addEventListener("click", function (event) {
    Array.prototype.forEach.call(document.querySelectorAll("details.who[open]"), function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  Array.prototype.forEach.call(document.querySelectorAll("#queue .is-here, .bar nav [aria-current]"), function (here) {
    if (here.scrollIntoView) here.scrollIntoView({ block: "nearest", inline: "center" });
  });
})();
