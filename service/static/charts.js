/* Draws each table that asks for it (data-chart) beside itself. A chart knows nothing that its table does not say, and
   without this file the table is all there is. Colours and type are those of the page. ES5. */
(function () {
  "use strict";

  var MOST_BARS = 10;
  var PLAIN = { ink: "#191d1b", soft: "#56605a", line: "#dfe3e0", collected: "#4c86a8", ended: "#067a45", stock: "#8a5200", median: "#067a45", ninety: "#8a5200" };
  var STRIPES = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 6], rotation: -0.8, color: "rgba(255,255,255,0.4)" };
  var isPrinting = false;

  function all(place, selector) { return Array.prototype.slice.call(place.querySelectorAll(selector)); }

  function read(box) {
    var heads = all(box, "thead th");
    var rows = all(box, "tbody tr");
    return {
      kind: box.getAttribute("data-chart"),
      labels: rows.map(function (row) { return row.querySelector("th").getAttribute("data-short"); }),
      lines: heads.map(function (head, place) {
        return {
          name: head.textContent.trim(),
          draw: head.getAttribute("data-draw"),
          colour: head.getAttribute("data-colour"),
          values: rows.map(function (row) { return numberIn(row.children[place]); }),
          links: rows.map(function (row) { var link = row.children[place].querySelector("a"); return link && link.href; })
        };
      }).filter(function (line) { return line.draw; })
    };
  }

  function numberIn(cell) {
    var value = cell.getAttribute("data-value");
    return value ? Number(value) : null;
  }

  /* On paper ink is dark, whatever the screen likes. */
  function colours(box) {
    var style = window.getComputedStyle(box);
    var found = {};
    Object.keys(PLAIN).forEach(function (name) {
      var own = style.getPropertyValue(name in { ink: 1, soft: 1, line: 1 } ? "--" + name : "--chart-" + name).trim();
      found[name] = isPrinting || !own ? PLAIN[name] : own;
    });
    return found;
  }

  function series(line, told, isLying, paint, size) {
    var shows = { show: true, position: isLying ? "right" : "top", color: paint.ink, fontSize: size };
    return {
      name: line.name,
      type: line.draw,
      data: isLying ? line.values.slice(0, MOST_BARS) : line.values,
      itemStyle: { color: paint[line.colour], decal: line.colour === "ended" ? STRIPES : null },
      lineStyle: { width: Math.max(2, size / 6), type: line.colour === "ninety" ? "dashed" : "solid" },
      symbol: line.colour === "ninety" ? "diamond" : "circle",
      symbolSize: Math.max(7, size / 2),
      barMaxWidth: size * 2,
      barGap: "10%",
      label: isLying || told.labels.length <= 1 ? shows : { show: false },
      emphasis: { label: shows }
    };
  }

  function option(box, told) {
    var paint = colours(box);
    var size = Math.round(parseFloat(window.getComputedStyle(box).fontSize));
    var isLying = told.kind === "bars";
    var words = { color: paint.soft, fontSize: size, hideOverlap: true };
    var each = { color: paint.soft, fontSize: size, interval: 0 };
    var names = { type: "category", data: isLying ? told.labels.slice(0, MOST_BARS) : told.labels, inverse: isLying, axisTick: { show: false }, axisLine: { lineStyle: { color: paint.soft } }, axisLabel: isLying ? each : words };
    var numbers = { type: "value", minInterval: 1, axisLabel: words, splitLine: { lineStyle: { color: paint.line } } };
    return {
      animation: false,
      textStyle: { fontFamily: window.getComputedStyle(box).fontFamily },
      grid: { left: size / 2, right: isLying ? size * 3 : size, top: size * 1.6, bottom: size / 2, containLabel: true },
      xAxis: isLying ? numbers : names,
      yAxis: isLying ? names : numbers,
      series: told.lines.map(function (line) { return series(line, told, isLying, paint, size); })
    };
  }

  function legend(told) {
    var words = document.createElement("p");
    words.className = "legend";
    words.setAttribute("aria-hidden", "true");
    told.lines.forEach(function (line) {
      var one = document.createElement("span");
      one.className = line.colour;
      one.textContent = line.name;
      words.appendChild(one);
    });
    return words;
  }

  function place(box, told) {
    var figure = document.createElement("div");
    var chart = document.createElement("div");
    figure.className = "chart-side";
    chart.className = "chart";
    chart.setAttribute("role", "img");
    chart.setAttribute("aria-label", box.getAttribute("data-label"));
    figure.appendChild(legend(told));
    figure.appendChild(chart);
    box.insertBefore(figure, box.firstChild);
    box.classList.add("has-chart");
    return chart;
  }

  function drawOne(box) {
    var told = read(box);
    var chart = box.querySelector(".chart") || place(box, told);
    if (told.kind === "bars") chart.style.height = 3 + 3 * Math.min(MOST_BARS, told.labels.length) + "em";
    var drawn = window.echarts.getInstanceByDom(chart) || window.echarts.init(chart);
    drawn.off("click");
    drawn.on("click", function (hit) {
      var link = told.lines[hit.seriesIndex].links[hit.dataIndex];
      if (link) window.location.href = link;
    });
    drawn.setOption(option(box, told), true);
    drawn.resize();
  }

  function draw() { if (window.echarts) all(document, "[data-chart]").forEach(drawOne); }

  function print(now) { return function () { isPrinting = now; draw(); }; }

  /* For a page that exchanges its tables by itself. */
  window.weiyuanCharts = {
    draw: draw,
    forget: function (part) {
      all(part, ".chart").forEach(function (chart) {
        var drawn = window.echarts && window.echarts.getInstanceByDom(chart);
        if (drawn) drawn.dispose();
      });
    }
  };

  draw();
  window.addEventListener("resize", draw);
  window.addEventListener("beforeprint", print(true));
  window.addEventListener("afterprint", print(false));
  if (window.matchMedia) {
    var dark = window.matchMedia("(prefers-color-scheme: dark)");
    if (dark.addEventListener) dark.addEventListener("change", draw);
  }
})();
