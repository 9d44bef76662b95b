"use strict";

// A Grid is a long list of which only the rows near the window exist; a short one exists
// as a whole, so that the browser's own search finds everything in it. The page scrolls
// and the list is as high as all its rows; one of them can be open, with its details
// below it. It is given a model:
//
//   count          how many items there are
//   noun           what one is called
//   columns        [{label, width, css, opens, cell(i) -> Node, order(i) -> number or text}]
//   chips          {label, key, names, of(i) -> name}: the values to choose several of
//   selects        [{label, of(i) -> text}]: the values to choose one of
//   text(i)        what a search looks through, in lower case
//   details(i)     -> Node
//   anchor         the letter of an item's address: "r" for #r17
//
// A column without cells is left out (shown: false). The list is ordered by the first
// column until another is chosen. changed() is called when what address() gives differs.
class Grid {
  static overscan = 12;  // rows that exist beyond what is seen
  static short = 500;    // rows that may all exist
  static tallest = 8e6;  // in pixels; browsers cannot show much more
  static printed = 1000; // rows on paper

  constructor(section, model, changed) {
    model.columns = model.columns.filter((c) => c.shown !== false);
    this.model = model;
    this.changed = changed;
    this.all = Int32Array.from({ length: model.count }, (_, i) => i);
    this.ordered = this.all;     // all items, in order
    this.shown = this.all;       // the items that pass the filters, in order
    this.rows = new Map();       // position -> row that exists
    this.open = -1;              // position of the open row
    this.detailHeight = 0;
    this.keys = new Map();       // column -> what it sorts by
    this.words = null;           // what a search looks through
    this.chosen = new Set();
    this.build(section);
    this.order(model.columns[0], false);
    this.filter();
    const repaint = () => this.soon();
    addEventListener("scroll", repaint, { passive: true });
    addEventListener("resize", repaint);
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
  }

  build(section) {
    const { model } = this;
    const title = section.querySelector("h2").id;
    const hint = model.hint ?? "Search " + model.noun + "s";
    this.search = el("input", { type: "search", placeholder: hint, "aria-label": hint, spellcheck: "false", autocomplete: "off" });
    this.search.addEventListener("input", () => this.filter());
    this.selects = model.selects.map((s) => this.buildSelect(s)).filter(Boolean);
    const clear = el("button", { type: "button" }, "Clear");
    clear.addEventListener("click", () => { this.clear(); this.search.focus(); });
    const tools = el("div", { class: "tools", role: "search", "aria-labelledby": title }, this.search, ...this.selects.map((s) => s.node), clear);
    this.found = el("p", { class: "found", role: "status" });
    this.head = el("tr", { role: "row", "aria-rowindex": "1" }, ...model.columns.map((c) => this.buildHead(c)));
    this.above = this.buildPad();
    this.below = this.buildPad();
    this.body = el("tbody", { role: "rowgroup" }, this.above, this.below);
    this.table = el("table", { class: "list", role: "table", "aria-labelledby": title },
      el("thead", { role: "rowgroup" }, this.head), this.body);
    this.body.addEventListener("click", (e) => this.clicked(e));
    this.body.addEventListener("keydown", (e) => this.pressed(e));
    section.append(tools, this.buildChips(), this.found, this.table);
  }

  buildSelect(select) {
    const counts = new Map();
    for (const i of this.all) {
      const v = select.of(i);
      counts.set(v, (counts.get(v) || 0) + 1);
    }
    if (counts.size < 2) return null;
    const node = el("select", { "aria-label": select.label }, el("option", { value: "" }, select.label + ": all"));
    for (const v of [...counts.keys()].sort(collator.compare)) {
      node.append(el("option", { value: "=" + v }, (v || "none") + " (" + number(counts.get(v)) + ")"));
    }
    node.addEventListener("change", () => this.filter());
    return { node, of: select.of, key: select.label.toLowerCase() };
  }

  buildChips() {
    const { chips } = this.model;
    const counts = new Map();
    for (const i of this.all) counts.set(chips.of(i), (counts.get(chips.of(i)) || 0) + 1);
    this.chips = new Map();
    for (const name of chips.names.filter((n) => counts.has(n))) {
      const chip = el("button", { type: "button", "aria-pressed": "false" }, el("i", { class: "dot s-" + name }), name + " " + number(counts.get(name)));
      chip.addEventListener("click", () => this.choose(name));
      this.chips.set(name, chip);
    }
    return el("div", { class: "chips", role: "group", "aria-label": chips.label }, ...this.chips.values());
  }

  buildHead(column) {
    const button = el("button", { type: "button" }, column.label);
    const th = el("th", { scope: "col", role: "columnheader", "aria-sort": "none", class: column.width }, button);
    button.addEventListener("click", () => this.sortBy(column));
    return th;
  }

  buildPad() {
    return el("tr", { class: "pad", "aria-hidden": "true" }, el("td", { colspan: this.model.columns.length }));
  }

  // Filters and order.

  choose(name) {
    if (!this.chosen.delete(name)) this.chosen.add(name);
    this.filter();
  }

  only(name) {
    this.reset();
    this.chosen.add(name);
    this.filter();
    this.table.scrollIntoView();
  }

  reset() {
    this.search.value = "";
    this.chosen.clear();
    for (const s of this.selects) s.node.value = "";
  }

  clear() {
    this.reset();
    this.filter();
  }

  filter() {
    const { model, chosen } = this;
    const text = this.search.value.trim().toLowerCase();
    if (text && !this.words) this.words = Array.from(this.all, model.text);
    const wanted = this.selects.filter((s) => s.node.value).map((s) => [s.of, s.node.value.slice(1)]);
    const opened = this.open >= 0 ? this.shown[this.open] : -1;
    this.shown = this.ordered.filter((i) =>
      (!chosen.size || chosen.has(model.chips.of(i))) && wanted.every(([of, v]) => of(i) === v) && (!text || this.words[i].includes(text)));
    for (const [name, chip] of this.chips) chip.setAttribute("aria-pressed", chosen.has(name));
    this.arrange(opened);
    this.changed();
  }

  order(column, down) {
    this.sort = { column, down };
    if (!this.keys.has(column)) this.keys.set(column, Array.from(this.all, column.order));
    const keys = this.keys.get(column);
    const sign = down ? -1 : 1;
    this.ordered = this.all.slice().sort((a, b) => keys[a] < keys[b] ? -sign : keys[a] > keys[b] ? sign : a - b);
    this.model.columns.forEach((c, n) => this.head.children[n].setAttribute("aria-sort", c !== column ? "none" : down ? "descending" : "ascending"));
  }

  // sortBy sorts by a column: up, then down, then as at first.
  sortBy(column) {
    const again = this.sort.column === column;
    if (again && this.sort.down) this.order(this.model.columns[0], false);
    else this.order(column, again);
    this.filter();
    this.toTop();
  }

  // address is what is chosen, as parts of a link.
  address() {
    const { anchor, columns, chips } = this.model;
    const parts = new URLSearchParams();
    const add = (key, value) => { if (value) parts.append(anchor + "." + key, value); };
    add("search", this.search.value.trim());
    for (const name of this.chosen) add(chips.key, name);
    for (const s of this.selects) add(s.key, s.node.value);
    if (this.sort.column !== columns[0] || this.sort.down) add("sort", (this.sort.down ? "-" : "") + this.sort.column.label.toLowerCase());
    return [...(parts.size ? [parts.toString()] : []), ...(this.open >= 0 ? [anchor + (this.shown[this.open] + 1)] : [])];
  }

  // choosing takes what address gave, and reports whether there was anything for this list.
  choosing(parts) {
    const { anchor, columns, chips } = this.model;
    this.reset();
    this.search.value = parts.get(anchor + ".search") ?? "";
    for (const name of parts.getAll(anchor + "." + chips.key)) if (this.chips.has(name)) this.chosen.add(name);
    for (const s of this.selects) {
      s.node.value = parts.get(anchor + "." + s.key) ?? "";
      if (s.node.selectedIndex < 0) s.node.value = "";
    }
    const sort = parts.get(anchor + ".sort") ?? "";
    const column = columns.find((c) => c.label.toLowerCase() === sort.replace(/^-/, ""));
    this.order(column ?? columns[0], column !== undefined && sort.startsWith("-"));
    this.filter();
    return [...parts.keys()].some((key) => key.startsWith(anchor + "."));
  }

  // toTop goes to the first row where it is above the window: a new order is of no use in
  // its middle.
  toTop() {
    if (this.table.getBoundingClientRect().top < 0) this.table.scrollIntoView();
    this.paint();
  }

  arrange(opened) {
    this.open = opened >= 0 ? this.shown.indexOf(opened) : -1;
    const n = this.shown.length;
    this.found.textContent = n === this.all.length ? number(n) + " " + this.model.noun + (n === 1 ? "" : "s")
      : number(n) + " of " + number(this.all.length) + " " + this.model.noun + "s";
    this.table.setAttribute("aria-rowcount", n + 1);
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.showDetail();
    this.paint();
  }

  // Rows.

  soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  // height of a row; all have the same.
  height() {
    for (const row of this.rows.values()) return this.measured = row.offsetHeight || this.measured;
    return this.measured || 40;
  }

  top(position) {
    return position * this.height() + (this.open >= 0 && position > this.open ? this.detailHeight : 0);
  }

  // end is how many rows the list shows at most: there is a limit to how high it can be.
  end() {
    return this.printing ? Math.min(this.shown.length, Grid.printed) : Math.min(this.shown.length, Math.floor(Grid.tallest / this.height()));
  }

  range() {
    const end = this.end();
    if (this.printing || end <= Grid.short) return [0, end];
    if (!this.measured) return [0, Math.min(end, 40)];
    const h = this.height();
    const box = this.body.getBoundingClientRect();
    const extra = this.open >= 0 ? this.detailHeight : 0;
    const from = Math.floor((-box.top - extra) / h) - Grid.overscan;
    const to = Math.ceil((innerHeight - box.top) / h) + Grid.overscan;
    return [Math.max(0, Math.min(from, end)), Math.max(0, Math.min(to, end))];
  }

  paint() {
    const [from, to] = this.range();
    const heights = () => [this.top(from), this.top(this.end()) - this.top(to)];
    // Nothing may need a layout while rows come and go: the page is too low then, and the
    // browser would scroll up. So heights are measured, and the focus is given up, before.
    const before = heights();
    const focused = this.body.contains(document.activeElement) ? document.activeElement.closest("tr.r")?.position : undefined;
    if (focused < from || focused >= to) document.activeElement.blur();
    for (const [position, row] of this.rows) {
      if (position >= from && position < to) continue;
      row.remove();
      this.rows.delete(position);
    }
    const openSeen = this.open >= from && this.open < to;
    let next = this.below;
    for (let p = to - 1; p >= from; p--) {
      if (p === this.open) next = this.place(this.detail, next);
      let row = this.rows.get(p);
      if (!row) this.rows.set(p, row = this.row(p));
      next = this.place(row, next);
    }
    if (!openSeen) this.detail?.remove();
    this.padded(...before);
    if (openSeen) this.detailHeight = this.detail.offsetHeight;
    this.padded(...heights());
  }

  // padded sets what stands for the rows that do not exist.
  padded(above, below) {
    pad(this.above, above);
    pad(this.below, below);
  }

  place(row, before) {
    if (row.nextSibling !== before || row.parentNode !== this.body) this.body.insertBefore(row, before);
    return row;
  }

  row(position) {
    const i = this.shown[position];
    const open = position === this.open;
    const row = el("tr", { class: "r", role: "row", "aria-rowindex": position + 2 });
    row.position = position;
    if (open) row.dataset.open = "";
    for (const column of this.model.columns) {
      const td = el("td", { role: "cell", class: [column.width, column.css].join(" ") });
      if (column.opens) {
        td.append(el("button", { type: "button", "aria-expanded": open, "aria-controls": this.model.anchor + "-details" }, el("span", {}, column.cell(i))));
      } else {
        td.append(column.cell(i));
      }
      row.append(td);
    }
    return row;
  }

  showDetail() {
    this.detail?.remove();
    this.detail = null;
    this.detailHeight = 0;
    if (this.open < 0) return;
    this.detail = el("tr", { class: "detail", role: "row", id: this.model.anchor + "-details" },
      el("td", { role: "cell", class: "more", colspan: this.model.columns.length }, this.model.details(this.shown[this.open])));
  }

  // toggle opens a row and closes the one that was open.
  toggle(position) {
    const before = this.open;
    this.open = before === position ? -1 : position;
    for (const p of [before, position]) {
      const old = this.rows.get(p);
      if (!old) continue;
      const focused = old.contains(document.activeElement);
      const fresh = this.row(p);
      old.replaceWith(fresh);
      this.rows.set(p, fresh);
      if (focused) fresh.querySelector("button").focus({ preventScroll: true });
    }
    this.showDetail();
    this.paint();
    this.changed();
  }

  // visit opens an item by its number, whatever is filtered.
  visit(i) {
    if (i < 0 || i >= this.all.length) return false;
    let position = this.shown.indexOf(i);
    if (position < 0) {
      this.clear();
      position = this.shown.indexOf(i);
    }
    if (this.open !== position) this.toggle(position);
    this.reveal(position, true);
    return true;
  }

  // reveal scrolls to a row and moves the focus there.
  reveal(position, centred) {
    const body = this.body.getBoundingClientRect();
    const top = body.top + this.top(position);
    const head = Math.max(0, this.head.offsetHeight) + 8;
    const bottom = innerHeight - this.height() - 8;
    if (centred) scrollBy(0, top - innerHeight / 4);
    else if (top < head) scrollBy(0, top - head);
    else if (top > bottom) scrollBy(0, top - bottom);
    this.paint();
    this.rows.get(position)?.querySelector("button")?.focus({ preventScroll: true });
  }

  clicked(event) {
    const row = event.target.closest("tr.r");
    if (row && !event.target.closest("a") && !String(getSelection())) this.toggle(row.position);
  }

  pressed(event) {
    const row = event.target.closest("tr.r");
    if (event.key === "Escape" && this.open >= 0) {
      const at = this.open;
      this.toggle(at);
      this.reveal(at);
      return;
    }
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const last = this.end() - 1;
    const page = Math.max(1, Math.floor(innerHeight / this.height()) - 3);
    const to = { ArrowDown: row.position + 1, ArrowUp: row.position - 1, Home: 0, End: last, PageDown: row.position + page, PageUp: row.position - page }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.reveal(Math.min(last, Math.max(0, to)));
  }

  print(on) {
    this.printing = on;
    this.paint();
    const left = this.shown.length - this.end();
    this.note?.remove();
    if (on && left > 0) {
      this.note = el("p", { class: "warning" }, "Only the first " + number(this.end()) + " are printed; " + number(left) + " more are in the file.");
      this.table.after(this.note);
    }
  }
}

function pad(row, height) {
  row.hidden = height <= 0;
  row.firstChild.style.height = Math.max(0, height) + "px";
}
