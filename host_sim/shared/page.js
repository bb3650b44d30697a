"use strict";
// What the pages have in common: figures that suit the colours and the width of the screen.
const DARK = {
  "#1f2933": "#e4e9ee", "#627282": "#a3b1bf", "#e6eaee": "#2c3742", "#b8c2cc": "#5b6875", "#0072b2": "#4ba3dc",
  "#8f3f6c": "#e3a6c9", "#d55e00": "#f08a3c", "\"white\"": "\"#151b21\"", "rgba(255,255,255,0.8)": "rgba(21,27,33,0.8)",
};
const NARROW_PX = 600;
const narrow = window.innerWidth < NARROW_PX;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const coloured = (text) => Object.entries(DARK).reduce((made, [light, other]) => made.replaceAll(light, other), text);
const read = (isDark) => {
  const text = document.getElementById("figures").textContent;
  const figures = JSON.parse(isDark ? coloured(text) : text);
  if (narrow) figures.forEach((figure) => fold(figure.layout));
  return figures;
};

// On a narrow screen the legend goes below, and what would lie on top of each other goes.
function fold(layout) {
  const margin = layout.margin || {};
  const below = layout.showlegend === false ? 0 : (layout.meta && layout.meta.legendBelow) || 84;
  layout.margin = { ...margin, l: 46, r: layout.yaxis2 ? 46 : 14, b: (margin.b || 46) + below };
  layout.height = (layout.height || 300) + below;
  layout.legend = { ...layout.legend, y: 0, yanchor: "bottom", yref: "container" };
  if (layout.xaxis) layout.xaxis.nticks = 4;
  if (layout.xaxis2 && layout.xaxis2.ticktext) {
    const apart = Math.ceil(layout.xaxis2.ticktext.length / 4);
    layout.xaxis2.ticktext = layout.xaxis2.ticktext.map((name, n) => (n % apart ? "" : name));
  }
  layout.annotations = (layout.annotations || []).filter((note) => !note.wideOnly);
}

const OPTIONS = { displaylogo: false, displayModeBar: !narrow, responsive: true, doubleClick: "reset", modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]] };
let figures = read(dark.matches);
const plots = figures.map((_, n) => document.getElementById("plot" + n));
const drawn = figures.map((figure, n) => Plotly.newPlot(plots[n], figure.data, figure.layout, OPTIONS));
const redraw = (isDark) => {
  figures = read(isDark);
  figures.forEach((figure, n) => Plotly.react(plots[n], figure.data, figure.layout, OPTIONS));
};
const fit = (width) => plots.forEach((plot) => Plotly.relayout(plot, width ? { width } : { width: null, autosize: true }));
dark.addEventListener("change", (change) => redraw(change.matches));
window.addEventListener("beforeprint", () => { redraw(false); fit(700); });
window.addEventListener("afterprint", () => { redraw(dark.matches); fit(null); });
