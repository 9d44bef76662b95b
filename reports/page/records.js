
// RECORD names the values of a record in the data, in their order.
const RECORD = Object.fromEntries(["file", "line", "record", "kind", "type", "origin", "id", "action", "status",
  "attempts", "http", "error", "advice", "ms", "started", "loss", "changes"].map((name, i) => [name, i]));

// changesOf are the changes of a record, which end its values: field, from, to, unseen.
const changesOf = (r) => Array.from({ length: (r.length - RECORD.changes) / 4 }, (_, n) => r.slice(RECORD.changes + 4 * n, RECORD.changes + 4 * n + 4));

// recordModel is what the list of records shows.
function recordModel(data) {
  const { records, names, words, run } = data;
  const R = RECORD;
  const value = (i, at) => words[records[i][at]];
  const state = (i) => run.by === "check" ? (value(i, R.status) === "failed" ? "invalid" : "valid") : value(i, run.by === "action" ? R.action : R.status);
  const place = (i) => {
    const r = records[i];
    return words[r[R.file]] && r[R.line] ? words[r[R.file]] + ":" + r[R.line] : words[r[R.file]];
  };
  const type = (i) => value(i, R.type) && value(i, R.kind) === "integration" ? value(i, R.type) : value(i, R.kind);
  const hosts = words.map(hostOf);
  const name = (i) => names[i] || value(i, R.origin) || "unnamed";
  const severity = new Map(run.states.map((s, i) => [s, i]));
  const listing = new Map(data.listings.map((l) => [l[LISTING.number], l]));
  const lists = (i) => listing.get(i)?.[LISTING.count] ?? 0;
  const asked = (i) => listing.has(i) ? words[listing.get(i)[LISTING.status]] : "";
  const some = (has) => records.some(has);
  return {
    count: records.length, noun: "record", anchor: "r",
    chips: { label: "States", key: "state", names: run.states, of: state },
    selects: [
      ...(run.by !== "status" ? [] : [{ label: "Action", of: (i) => value(i, R.action) }]),
      { label: "Type", of: type },
      { label: "Host", of: (i) => hosts[records[i][R.origin]] },
    ],
    columns: [
      { label: "State", width: "c-state", css: "state", cell: (i) => dotted(state(i)), order: (i) => severity.get(state(i)) },
      { label: "Name", width: "", css: "name", opens: true, cell: (i) => text(name(i)), order: (i) => natural(name(i)) },
      { label: "Type", width: "c-type", css: "small", cell: (i) => text(type(i)), order: type },
      { label: "Position", width: "c-place", css: "mono", shown: some((r) => words[r[R.file]]), cell: (i) => text(short(place(i))), order: (i) => i },
      { label: "Lists", width: "c-http", css: "number", shown: listing.size > 0, cell: (i) => text(lists(i) || ["ok", "lists-nothing"].includes(asked(i)) ? number(lists(i)) : "–"), order: lists },
      { label: "Git host", width: "c-type", css: "small", shown: listing.size > 0, cell: (i) => text(asked(i)), order: asked },
      { label: "Cause", width: "", css: "cause", shown: some((r) => words[r[R.error]]), cell: (i) => text(value(i, R.error)), order: (i) => value(i, R.error).toLowerCase() || "\uffff" },
      { label: "Changes", width: "", css: "cause", shown: some((r) => r.length > R.changes), cell: (i) => text(changed(records[i], words)), order: (i) => changed(records[i], words).toLowerCase() || "\uffff" },
      { label: "HTTP", width: "c-http", css: "number", shown: some((r) => r[R.http]), cell: (i) => text(records[i][R.http] || ""), order: (i) => records[i][R.http] },
      { label: "Time", width: "c-ms", css: "number", shown: some((r) => r[R.ms]), cell: (i) => text(took(records[i][R.ms])), order: (i) => records[i][R.ms] },
    ],
    text: (i) => [name(i), value(i, R.origin), type(i), place(i), value(i, R.error), value(i, R.advice), value(i, R.loss), records[i][R.id] || ""].join("\n").toLowerCase(),
    details: (i) => recordDetails(data, i, state(i), place(i), listing.get(i)),
  };
}

// changed is what differs, in a row's few words.
function changed(r, words) {
  return changesOf(r).map(([field, from, to, unseen]) => words[field] + (unseen ? " is sent" : ": " + words[from] + " → " + words[to])).join("; ");
}

// hostOf is the host of a URL or of an address such as git@host:path, or the text itself.
function hostOf(origin) {
  const found = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@\/]*@)?([^\/?#]+)/i.exec(origin) || /^(?:[^@\/\\]*@)?([^@:\/\\]{2,}):/.exec(origin);
  return found ? found[1].toLowerCase() : origin;
}

function recordDetails(data, i, state, place, listing) {
  const { records, words, run } = data;
  const R = RECORD;
  const r = records[i];
  const line = rerun(data, i);
  const link = el("a", { href: "#r" + (i + 1) }, "#r" + (i + 1));
  return facts([
    ["Error", words[r[R.error]], "error"],
    ["Advice", words[r[R.advice]], "advice"],
    ["Changes", changes(changesOf(r), words)],
    ["Nested repositories", words[r[R.loss]]],
    ["Git host", listing && [words[listing[LISTING.status]], words[listing[LISTING.note]]].filter(Boolean).join(": ")],
    ["Lists", listing && listed(data, listing)],
    ["Action", words[r[R.action]] + " → " + words[r[R.status]]],
    ["Position", place + (r[R.record] ? ", record " + number(r[R.record]) : "")],
    ["Kind", words[r[R.kind]]],
    ["Type", words[r[R.type]]],
    ["Origin", words[r[R.origin]]],
    ["Display name", data.names[i]],
    ["Id on the server", r[R.id]],
    ["Requests", r[R.attempts] ? number(r[R.attempts]) + (r[R.http] ? ", the last was answered " + r[R.http] : ", without an answer") : ""],
    ["Time", r[R.started] >= 0 ? when(run.started + r[R.started]) + (r[R.ms] ? ", took " + took(r[R.ms]) : "") : ""],
    ["Findings", findingsOf(data, r)],
    ["Link", link],
    ["Run it again", line && command(line)],
  ]);
}

function when(ms) { return new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC"); }

function changes(list, words) {
  if (!list.length) return "";
  const body = el("tbody", {});
  for (const [field, from, to, unseen] of list) {
    body.append(el("tr", {}, el("th", { scope: "row" }, words[field]),
      el("td", {}, unseen ? words[from] : el("del", {}, words[from])), el("td", {}, el("ins", {}, words[to]))));
  }
  return el("table", {}, el("thead", {}, el("tr", {}, ...["Field", "On the server", "In the manifest"].map((t) => el("th", { scope: "col" }, t)))), body);
}

// findingsOf links to what was found about a record.
function findingsOf(data, r) {
  const F = FINDING;
  if (!r[RECORD.file] && !r[RECORD.record]) return "";
  data.byRecord ??= Map.groupBy(data.findings.keys(), (n) => data.findings[n][F.file] + ":" + data.findings[n][F.record]);
  const found = r[RECORD.record] ? data.byRecord.get(r[RECORD.file] + ":" + r[RECORD.record]) : undefined;
  if (!found) return "";
  const list = el("div", {});
  for (const n of found) {
    const f = data.findings[n];
    list.append(el("div", {}, el("a", { href: "#f" + (n + 1) }, data.words[f[F.code]]), " ", data.words[f[F.message]]));
  }
  return list;
}

// rerun is the command line that does this one record again, as the run did it.
function rerun(data, i) {
  const { words, run } = data;
  if (run.resume) return run.resume;
  const file = words[data.records[i][RECORD.file]];
  const again = data.names[i] || words[data.records[i][RECORD.origin]];
  if (!run.again || !file || file === "-" || !again) return "";
  const match = "^" + again.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&") + "$";
  return [run.again, "--match", word(match), word(file)].join(" ");
}
