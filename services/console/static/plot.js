// Draws the lines a page carries as JSON, in the colours of the theme; the same figures stand in a table beneath.
(() => {
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  for (const place of document.querySelectorAll("[data-plot]")) {
    const data = JSON.parse(place.dataset.plot), names = JSON.parse(place.dataset.names);
    const colours = [style("--calm"), style("--accent"), style("--red-ring")];
    const axis = { stroke: style("--muted"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line"), width: 1 }, font: "12px Inter, sans-serif" };
    const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
    const size = () => ({ width: place.clientWidth, height: 240 });
    const made = new uPlot({
      ...size(),
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
      scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 1, 1) * 1.1] } },
      axes: [{ ...axis, incrs: [1, 2, 7, 14].map((days) => days * 86400), values: (_, at) => at.map((one) => day.format(one * 1000)) }, axis],
      series: [{ value: (_, at) => (at == null ? "" : day.format(at * 1000)) }, ...names.map((label, n) => ({ label, stroke: colours[n], width: 2, points: { size: 5 } }))],
    }, data, place);
    addEventListener("resize", () => made.setSize(size()));
  }
})();
