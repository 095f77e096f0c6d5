// Draws each figure[data-chart] from the table it names, so that the chart and its table cannot differ.
// data-chart: "lines", or "band" (two series, low and high). data-source: the table's id. data-unit: "%", "USD" or "".
// data-target with data-target-name: a dotted line. In the table a series is a column whose th has data-series;
// its cells carry data-value (none is a gap), and data-provisional on a row means that the figure may still change.
(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const spoken = (value, unit) => (unit ? `${number.format(value)}\u202f${unit}` : number.format(value));

  // { labels, provisional: [bool], series: [{ name, values: [number or null], links }] }
  function read(table) {
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const columns = heads.map((head, at) => ({ head, at })).filter(({ head }) => "series" in head.dataset);
    return {
      labels: rows.map((row) => row.cells[0].textContent.trim()),
      provisional: rows.map((row) => "provisional" in row.dataset),
      series: columns.map(({ head, at }) => ({
        name: head.dataset.series || head.textContent.trim(),
        values: rows.map((row) => (row.cells[at].dataset.value ? Number(row.cells[at].dataset.value) : null)),
        links: rows.map((row) => row.cells[at].querySelector("a")?.href),
      })),
    };
  }

  const frame = (labels, unit, fromZero) => ({
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: token("font"), fontSize: 12, color: token("ink") },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, borderColor: token("line"),
      backgroundColor: token("raised"), textStyle: { color: token("ink"), fontSize: 12 },
      axisPointer: { lineStyle: { color: token("edge") } },
      valueFormatter: (value) => (value == null ? "–" : spoken(value, unit)),
    },
    xAxis: {
      type: "category", data: labels, boundaryGap: fromZero, axisTick: { show: false },
      axisLine: { lineStyle: { color: token("edge") } }, axisLabel: { color: token("ink-2"), fontSize: 12, hideOverlap: true },
    },
    yAxis: {
      type: "value", scale: !fromZero, splitNumber: 5, splitLine: { lineStyle: { color: token("line") } },
      axisLabel: { color: token("ink-2"), fontSize: 12, formatter: (value) => spoken(value, unit === "%" ? unit : "") },
    },
  });

  function line(series, at, provisional) {
    const colour = token(at ? "ink-3" : "brand");
    const first = provisional.indexOf(true);
    const common = {
      type: "line", name: series.name, symbol: at ? "rect" : "circle", symbolSize: 7, z: 5 - at, connectNulls: false,
      lineStyle: { color: colour, width: at ? 1.75 : 2.5 }, itemStyle: { color: colour }, emphasis: { disabled: true },
    };
    const last = { show: true, formatter: "{a}", color: token("ink"), fontWeight: 600, fontSize: 12, distance: 8 };
    if (first < 0) return [{ ...common, data: series.values, endLabel: last }];
    const settled = series.values.map((value, on) => (on < first ? value : null));
    const open = series.values.map((value, on) => (on >= first - 1 ? value : null));
    return [
      { ...common, data: settled },
      {
        ...common, data: open, endLabel: last, tooltip: { show: first === 0 },
        lineStyle: { ...common.lineStyle, type: "dashed" },
        itemStyle: { color: token("surface"), borderColor: colour, borderWidth: 2 },
      },
    ];
  }

  function target(figure) {
    const { target: at, targetName } = figure.dataset;
    if (!at) return {};
    return {
      markLine: {
        silent: true, symbol: "none", data: [{ yAxis: Number(at) }], lineStyle: { color: token("ink"), type: "dotted", width: 1.5 },
        label: { position: "insideStartTop", formatter: targetName, color: token("ink"), fontWeight: 600, fontSize: 12 },
      },
    };
  }

  function lines(figure, { labels, provisional, series }) {
    const drawn = series.flatMap((one, at) => line(one, at, provisional));
    const longest = Math.max(...series.map(({ name }) => name.length));
    Object.assign(drawn[0], target(figure));
    return {
      ...frame(labels, figure.dataset.unit, false),
      grid: { left: 4, right: 20 + 7 * longest, top: 16, bottom: 8, containLabel: true },
      series: drawn,
    };
  }

  function band(figure, { labels, series: [low, high] }) {
    const hatch = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: token("brand") };
    const bar = { type: "bar", stack: "band", barMaxWidth: 36, emphasis: { disabled: true } };
    const edge = { borderColor: token("brand"), borderWidth: 1.5 };
    return {
      ...frame(labels, figure.dataset.unit, true),
      grid: { left: 4, right: 12, top: 16, bottom: 8, containLabel: true },
      series: [
        { ...bar, name: low.name, data: low.values, itemStyle: { color: token("brand"), ...edge } },
        {
          ...bar, name: high.name, itemStyle: { color: token("brand-tint"), decal: hatch, ...edge },
          data: high.values.map((value, at) => (value == null ? null : value - (low.values[at] ?? 0))),
          tooltip: { valueFormatter: (_, at) => (high.values[at] == null ? "–" : spoken(high.values[at], figure.dataset.unit)) },
        },
      ],
    };
  }

  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const content = read(document.getElementById(figure.dataset.source));
    const chart = echarts.init(figure.querySelector(".chart"), null, { renderer: "svg" });
    const draw = () => chart.setOption(figure.dataset.chart === "band" ? band(figure, content) : lines(figure, content), true);
    draw();
    new ResizeObserver(() => chart.resize()).observe(figure);
    document.documentElement.addEventListener("themechange", draw);
    // Paper has its own width and its own, light, colours.
    matchMedia("print").addEventListener("change", () => { chart.resize(); draw(); });
    chart.on("click", ({ seriesName, dataIndex }) => {
      const link = content.series.find(({ name }) => name === seriesName)?.links[dataIndex];
      if (link) location.assign(link);
    });
  }
})();
