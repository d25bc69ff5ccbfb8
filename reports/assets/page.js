// Hands the page's data to dygraphs: one time axis for all plots, colours from the style sheet, drawn again when they change.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const thin = "\u202f";

  function number(value) {
    if (value === null || value === undefined) return "\u2013";
    const size = Math.abs(value);
    const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
    return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, thin);
  }

  // Behind the lines: phases that do not count in grey, faults in pink, in orange seconds in which the generator missed its limits.
  function background(canvas, area, graph) {
    const span = (from, to, color) => {
      const left = Math.max(graph.toDomXCoord(from), area.x);
      const right = Math.min(graph.toDomXCoord(to), area.x + area.w);
      if (right > left) {
        canvas.fillStyle = color;
        canvas.fillRect(left, area.y, right - left, area.h);
      }
    };
    for (const phase of data.phases) {
      if (!phase.measured) span(phase.from, phase.to, css("--idle"));
    }
    for (const fault of data.faults || []) span(fault.from, fault.to, css("--fault"));
    for (const second of data.flagged) span(second, second + 1, css("--stripe"));
  }

  function legend(id, unit) {
    const place = document.getElementById("legend-" + id);
    return (shown) => {
      const when = shown.x === undefined ? "" : number(shown.x) + thin + "s  ";
      place.replaceChildren(document.createTextNode(when), ...shown.series.flatMap((series) => {
        const name = document.createElement("b");
        name.style.color = series.color;
        name.textContent = series.labelHTML.replace(/<[^>]*>/g, "");
        return [name, document.createTextNode(shown.x === undefined ? "" : " " + number(series.y))];
      }), document.createTextNode(shown.x === undefined ? "" : " " + unit));
      return "";
    };
  }

  function base() {
    return {
      gridLineColor: css("--line"), axisLineColor: css("--line"), axisLabelFontSize: 11, strokeWidth: 1.5,
      highlightCircleSize: 3, connectSeparatedPoints: true, includeZero: true, rightGap: 8,
      legend: "always", animatedZooms: false, xRangePad: 2,
    };
  }

  function draw() {
    const end = Math.max(...data.plots.flatMap((plot) => plot.rows.map((row) => row[0])), 1);
    const graphs = data.plots.map((plot) => new Dygraph(document.getElementById("plot-" + plot.id), plot.rows, {
      ...base(), labels: plot.labels, colors: plot.colors.map(css), legendFormatter: legend(plot.id, plot.unit),
      underlayCallback: background, dateWindow: [0, end],
      axes: {
        x: {axisLabelFormatter: number, valueFormatter: (x) => x, axisLabelWidth: 60},
        y: {axisLabelFormatter: number, valueFormatter: (y) => y, axisLabelWidth: 56, pixelsPerLabel: 28},
      },
    }));
    if (graphs.length > 1) Dygraph.synchronize(graphs, {zoom: true, selection: true, range: false});
    const curve = document.getElementById("curve");
    if (curve && data.curve.length > 0) graphs.push(percentiles(curve));
    return graphs;
  }

  // The axis is log10 of 1 / (1 - q): 0 is the minimum, 1 is 90 %, 2 is 99 %, 3 is 99.9 %.
  function percentiles(place) {
    const last = data.curve[data.curve.length - 1][0];
    const ticks = [[0, "0"], [Math.log10(2), "50"], [1, "90"], [2, "99"], [3, "99.9"], [4, "99.99"], [5, "99.999"]]
      .filter((tick) => tick[0] <= last + 1e-9).map((tick) => ({v: tick[0], label: tick[1] + thin + "%"}));
    return new Dygraph(place, data.curve, {
      ...base(), labels: ["percentile", "end to end"], colors: [css("--blue")], strokeWidth: 2, legend: "never",
      xlabel: "percentile, log scale of 1 / (1 \u2212 q)", xLabelHeight: 16,
      axes: {
        x: {ticker: () => ticks, axisLabelWidth: 60, drawGrid: true},
        y: {axisLabelFormatter: number, axisLabelWidth: 56},
      },
    });
  }

  let graphs = draw();
  window.plumblineGraphs = () => graphs;  // for the tests
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    graphs.forEach((graph) => graph.destroy());
    graphs = draw();
  });
})();
