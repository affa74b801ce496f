"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const ACCENT = "#1f5fa8", GREY = "#6b7684", TEXT = "#1b2330", LINE = "#dfe3e8", ORANGE = "#c8641b";
  const DENSE = { first: ["#d5e3f3", "#0b2c55"], rest: ["#dde1e6", "#2b323b"] };
  const touch = matchMedia("(pointer: coarse)").matches;
  const CONFIG = {
    responsive: true, displaylogo: false, showSendToCloud: false, displayModeBar: touch ? false : "hover",
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]],
  };
  const state = { view: "parity", group: "" };

  const escape = (text) => String(text).replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);
  const number = (x, digits = 4) => Number(x.toPrecision(digits)).toString().replace("-", "\u2212");
  const signed = (x) => (x > 0 ? "+" : "") + number(x);

  // Names of the configuration behind a point.
  const source = (set, c) => {
    const s = data.sources[set];
    return { file: s.files[s.file[c]] + ":" + s.frame[c], group: s.groups[s.group[c]] };
  };
  const head = (set, c) => {
    const { file, group } = source(set, c);
    return `<b>${escape(file)}</b><br>${escape(group)}`;
  };
  const isFirst = (set) => set === data.first;
  const colour = (set) => (isFirst(set) ? ACCENT : GREY);

  const axis = (title, more) => ({
    title: { text: title, font: { size: 13 }, standoff: 6 }, automargin: true, ticks: "outside", ticklen: 4,
    tickcolor: LINE, linecolor: LINE, gridcolor: "#eef1f4", zeroline: false, showline: true, mirror: true,
    tickfont: { size: 12 }, nticks: 6, exponentformat: "power", ...more,
  });
  // A logarithmic axis over [low, high] with plain numbers at the powers of ten.
  const decades = (title, [low, high], more = [], step = 1) => {
    const tickvals = [...more];
    for (let k = Math.ceil(Math.log10(low) - 1e-9); k <= Math.log10(high); k++) if (k % step === 0) tickvals.push(10 ** k);
    return axis(title, { type: "log", range: [Math.log10(low), Math.log10(high)], tickvals, ticktext: tickvals.map((v) => number(v, 2)) });
  };
  // Numbers between the powers of ten, where the axis is short.
  const between = ([low, high]) => {
    if (Math.log10(high / low) > 2) return [];
    const found = [];
    for (let k = Math.floor(Math.log10(low)); k <= Math.log10(high); k++) found.push(2 * 10 ** k, 5 * 10 ** k);
    return found.filter((v) => low <= v && v <= high);
  };
  const long = ([low, high]) => (Math.log10(high / low) > 5 ? 2 : 1);
  const layout = (x, y, more) => ({
    margin: { l: 56, r: 8, t: touch ? 8 : 30, b: 44 }, modebar: { color: "#a3acb7", activecolor: TEXT, bgcolor: "rgba(255,255,255,0)" }, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: TEXT },
    showlegend: false, hovermode: "closest", dragmode: touch ? false : "zoom", xaxis: x, yaxis: y,
    hoverlabel: { bgcolor: "#fff", bordercolor: LINE, font: { color: TEXT, size: 12.5 }, align: "left" },
    ...more,
  });

  // Points, faded where another group is highlighted.
  const points = (set, c, x, y, text, strong) => {
    const few = c.length < 1500;
    const base = strong ? 0.8 : few ? 0.65 : 0.4;
    const chosen = (k) => !state.group || source(set, k).group === state.group;
    return {
      type: "scatter", mode: "markers", x, y, text, hoverinfo: "text", meta: "points",
      marker: {
        color: colour(set), size: strong ? 3.5 : few ? 5 : 4,
        opacity: state.group ? c.map((k) => (chosen(k) ? 0.9 : 0.05)) : base,
        line: { width: 0 },
      },
    };
  };
  const line = (x, y, more) => ({ type: "scatter", mode: "lines", x, y, hoverinfo: "skip", ...more });

  // Counts on a grid as a heat map; edges() turns a cell's number into an axis value.
  const density = (set, cells, edges = (x) => x) => {
    const [nx, ny] = cells.n;
    const z = Array.from({ length: ny }, () => new Array(nx).fill(null));
    const text = z.map((row) => row.slice());
    cells.i.forEach((i, k) => {
      const row = Math.floor(i / nx), column = i % nx;
      z[row][column] = Math.log10(cells.count[k]);
      text[row][column] = `${cells.count[k]} points`;
    });
    const steps = ([low, high], n) => Array.from({ length: n + 1 }, (_, k) => edges(low + ((high - low) * k) / n));
    const [light, dark] = DENSE[isFirst(set) ? "first" : "rest"];
    return {
      type: "heatmap", x: steps(cells.x, nx), y: steps(cells.y, ny), z, text, hoverinfo: "text", meta: "density",
      colorscale: [[0, light], [1, dark]], showscale: false, hoverongaps: false, zmin: 0,
    };
  };

  function parity(set, key) {
    const q = data.quantities[key], part = q.sets[set], p = part.points;
    const text = p.x.map((x, k) => {
      const where = (p.a ? `, atom ${p.a[k]}` : "") + (q.components[p.k[k]] ? `, ${q.components[p.k[k]]}` : "");
      return `${head(set, p.c[k])}${where}<br>reference ${number(x, 6)} ${q.unit}<br>` +
        `prediction ${number(x + p.e[k] / q.factor, 6)} ${q.unit}<br>error ${signed(p.e[k])} ${q.errorUnit}`;
    });
    const asError = state.view === "error";
    const y = asError ? p.e : p.x.map((x, k) => x + p.e[k] / q.factor);
    const cells = part[state.view];
    const traces = cells ? [density(set, cells)] : [];
    traces.push(line(q.range, asError ? [0, 0] : q.range, { line: { color: TEXT, width: 1, dash: "dot" } }));
    traces.push(points(set, p.c, p.x, y, text, Boolean(cells)));
    const up = asError ? [-q.largest, q.largest] : q.range;
    return {
      traces,
      layout: layout(axis(`Reference (${q.unit})`, { range: q.range }),
        axis(asError ? `Error (${q.errorUnit})` : `Prediction (${q.unit})`, { range: up })),
    };
  }

  function errors(_, key) {
    const h = data.histograms[key];
    const width = (2 * h.limit) / h.bins;
    const x = Array.from({ length: h.bins }, (_, k) => -h.limit + (k + 0.5) * width);
    const shares = Object.values(h.sets).flat().filter((s) => s > 0);
    const floor = 50 * Math.min(...shares), top = 150 * Math.max(...shares);
    const sets = Object.keys(h.sets).sort((a, b) => isFirst(a) - isFirst(b));
    const traces = sets.map((set) => ({
      type: "scatter", mode: "lines", x, y: h.sets[set].map((s) => Math.max(100 * s, floor / 2)), name: set, meta: "points",
      line: { shape: "hvh", color: colour(set), width: isFirst(set) ? 2 : 1.5 }, hoverinfo: "text",
      text: h.sets[set].map((s, k) => `${escape(set)}: ${number(100 * s, 3)} % of the errors<br>` +
        `within ${number(width, 2)} ${h.unit} around ${number(x[k], 3)}`),
    }));
    return {
      traces,
      layout: layout(axis(`Error (${h.unit})`, {}), decades("Share per bin (%)", [floor, top]), {
        showlegend: sets.length > 1,
        legend: { x: 0.99, xanchor: "right", y: 0.99, bgcolor: "rgba(255,255,255,0.8)", traceorder: "reversed" },
      }),
    };
  }

  function angles(set) {
    const a = data.angles[set], p = a.points;
    const text = p.x.map((x, k) => `${head(set, p.c[k])}, atom ${p.a[k]}<br>` +
      `reference force ${number(x)} eV/\u00c5<br>angle ${number(p.y[k], 3)}\u00b0`);
    const traces = a.cells ? [density(set, a.cells, (x) => 10 ** x)] : [];
    traces.push(points(set, p.c, p.x, p.y, text, Boolean(a.cells)));
    const band = { line: { color: TEXT, width: 2 }, hoverinfo: "text" };
    const within = (share, ys) => ys.map((y, k) => `${share} of the forces near ${number(a.bands.x[k], 2)} eV/\u00c5<br>` +
      `are within ${number(y, 3)}\u00b0`);
    traces.push({ ...line(a.bands.x, a.bands.median, band), text: within("half", a.bands.median) });
    traces.push({ ...line(a.bands.x, a.bands.most, { ...band, line: { color: TEXT, width: 1.5, dash: "dash" } }), text: within("90 %", a.bands.most) });
    return {
      traces,
      layout: layout(decades("Reference force (eV/\u00c5)", data.angleAxes.x),
        decades("Angle (degrees)", data.angleAxes.y, [30, 180])),
    };
  }

  // Absolute errors against standard deviations, with the lines where shares of them end.
  function against(set, key) {
    const q = data.against[key], part = q.sets[set], p = part.points;
    const text = p.x.map((x, k) => {
      const where = (p.a ? `, atom ${p.a[k]}` : "") + (q.components[p.k[k]] ? `, ${q.components[p.k[k]]}` : "");
      return `${head(set, p.c[k])}${where}<br>error ${number(p.y[k], 3)} ${q.unit}<br>` +
        `standard deviation ${number(x, 3)} ${q.unit}<br>ratio ${number(p.y[k] / x, 3)}`;
    });
    const traces = part.cells ? [density(set, part.cells, (x) => 10 ** x)] : [];
    traces.push(points(set, p.c, p.x, p.y, text, Boolean(part.cells)));
    for (const factor of [1, part.wide]) {
      traces.push(line(q.x, q.x.map((x) => factor * x), { line: { color: ORANGE, width: 1, dash: factor === 1 ? "solid" : "dash" } }));
    }
    const band = (share, y, style) => ({
      ...line(part.bands.x, y, { line: { color: TEXT, ...style } }), hoverinfo: "text",
      text: y.map((v, k) => `${share} % of the errors with a standard deviation near<br>` +
        `${number(part.bands.x[k], 2)} ${q.unit} are below ${number(v, 3)} ${q.unit}`),
    });
    traces.push(band(68, part.bands.most, { width: 2 }), band(95, part.bands.nearly, { width: 1.5, dash: "dash" }));
    return {
      traces,
      layout: layout(decades(`Standard deviation (${q.unit})`, q.x, between(q.x), long(q.x)),
        decades(`Absolute error (${q.unit})`, q.y, between(q.y), long(q.y))),
    };
  }

  // A figure made in Python: its traces, and the settings of its axes beside those of all axes.
  function figure(_, key) {
    const f = data.figures[key];
    const made = ({ title, ...more }) => axis(title, more);
    const traces = f.traces.map((t) => (t.texts ? { ...t, text: data.texts[t.texts] } : t));
    return { traces, layout: layout(made(f.x), made(f.y), f.layout) };
  }

  // A click on a point of the front shows the command that makes it, and copies it.
  async function tell(event) {
    const { data: trace, pointNumber } = event.points[0];
    const command = trace.texts === "front" && data.commands[pointNumber];
    if (!command) return;
    const [code, said] = document.querySelector(".command").children;
    code.textContent = command;
    code.parentElement.hidden = false;
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(command);
      said.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      said.textContent = "selected: copy it with Ctrl+C";
    }
  }

  const BUILD = { parity, errors, angles, against, figure };
  const divs = [...document.querySelectorAll(".plot")];
  const drawn = new Set();

  function draw(div) {
    const { traces, layout } = BUILD[div.dataset.plot](div.dataset.set, div.dataset.quantity);
    div.replaceChildren(...(drawn.has(div) ? div.childNodes : []));
    drawn.add(div);
    const first = !div.on;
    const done = Plotly.react(div, traces, layout, CONFIG);
    if (first && data.commands) div.on("plotly_click", tell);
    return done;
  }
  function shrink(div) {
    const wide = ["one", "two"].some((name) => div.parentElement.parentElement.classList.contains(name));
    const small = { width: wide ? 330 : 216, height: wide ? 290 : 225, "margin.l": 46, "margin.t": 8, "margin.b": 36, "legend.font.size": 8.5 };
    for (const name of ["xaxis", "yaxis"]) {
      Object.assign(small, { [name + ".tickfont.size"]: 8.5, [name + ".title.font.size"]: 9.5, [name + ".nticks"]: 5 });
    }
    return Plotly.relayout(div, small);
  }
  const drawAll = () => Promise.all(divs.filter((div) => !drawn.has(div)).map(draw));
  const again = (kind) => divs.filter((div) => drawn.has(div) && div.dataset.plot !== "errors" && (!kind || div.dataset.plot === kind)).forEach(draw);

  async function library() {
    const packed = atob(document.getElementById("plotly").textContent.trim());
    const bytes = new Uint8Array(packed.length);
    for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  }

  async function start() {
    if (!divs.length) return;
    if (!window.DecompressionStream) {
      divs.forEach((div) => { div.innerHTML = "<p>The plots need a browser from 2023 or later.</p>"; });
      return;
    }
    await library();
    const watcher = new IntersectionObserver((entries) => entries.filter((e) => e.isIntersecting).forEach((e) => {
      watcher.unobserve(e.target);
      if (!drawn.has(e.target)) draw(e.target);
    }), { rootMargin: "400px" });
    divs.forEach((div) => watcher.observe(div));
    // Paper is narrower than the screen: small plots with small type while printing.
    addEventListener("beforeprint", () => { drawAll(); divs.forEach(shrink); });
    addEventListener("afterprint", () => divs.forEach((div) => { Plotly.purge(div); draw(div); }));
  }

  document.querySelectorAll(".switch button").forEach((button) => button.addEventListener("click", () => {
    state.view = button.dataset.view;
    document.querySelectorAll(".switch button").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
    again("parity");
  }));
  const select = document.querySelector("select.group");
  if (select) select.addEventListener("change", () => { state.group = select.value; again(); });

  // Tables that are wider than their box fade at the side where they continue.
  const boxes = [...document.querySelectorAll(".scroll")];
  const fade = (box) => {
    const left = box.scrollLeft > 1, right = box.scrollLeft + box.clientWidth < box.scrollWidth - 1;
    box.dataset.more = [left && "left", right && "right"].filter(Boolean).join(" ");
    box.classList.toggle("wide", box.scrollWidth > box.clientWidth + 1);
  };
  const resized = new ResizeObserver((entries) => entries.forEach((entry) => fade(entry.target)));
  boxes.forEach((box) => { box.addEventListener("scroll", () => fade(box), { passive: true }); resized.observe(box); });

  // Sort the rows by a column; the row of everything stays on top.
  document.querySelectorAll("table.sortable").forEach((table) => {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    heads.forEach((th, column) => th.querySelector("button").addEventListener("click", () => {
      const body = table.tBodies[0];
      const up = th.getAttribute("aria-sort") === "descending" ||
        (!th.hasAttribute("aria-sort") && th.classList.contains("text"));
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const compare = (a, b) => {
        const [p, q] = [value(a), value(b)], byNumber = Number(p) - Number(q);
        if (p === "" || q === "") return (p === "") - (q === "");
        return (up ? 1 : -1) * (Number.isNaN(byNumber) ? p.localeCompare(q, undefined, { numeric: true }) : byNumber);
      };
      const rows = [...body.rows].sort((a, b) => b.classList.contains("all") - a.classList.contains("all") || compare(a, b));
      body.append(...rows);
    }));
  });

  window.potlearnReport = { ready: start(), drawAll };
})();
