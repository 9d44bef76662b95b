
// LISTING names the values of what a record lists, in their order; the repositories end them.
const LISTING = Object.fromEntries(["number", "place", "name", "status", "note", "count", "repositories"].map((name, i) => [name, i]));

// repositoriesOf are the words of what a listing has.
const repositoriesOf = (l) => l.slice(LISTING.repositories);

// listingModel is what the list of repositories shows: one row for each that a record lists.
function listingModel(data) {
  const { listings, words } = data;
  const L = LISTING;
  const rows = listings.flatMap((l, n) => repositoriesOf(l).map((name) => [n, name]));
  const times = Map.groupBy(rows.keys(), (i) => rows[i][1]);
  const repository = (i) => words[rows[i][1]];
  const record = (i, at) => words[listings[rows[i][0]][at]];
  const often = (i) => times.get(rows[i][1]).length;
  return {
    count: rows.length, noun: "row", anchor: "l", hint: "Search repositories and records",
    chips: { label: "Listed", key: "listed", names: ["twice", "once"], of: (i) => often(i) > 1 ? "twice" : "once" },
    selects: [{ label: "Record", of: (i) => record(i, L.name) }],
    columns: [
      { label: "Repository", width: "", css: "name", opens: true, cell: (i) => text(repository(i)), order: (i) => natural(repository(i)) },
      { label: "Record", width: "", css: "small", cell: (i) => text(record(i, L.name)), order: (i) => natural(record(i, L.name)) },
      { label: "Position", width: "c-place", css: "mono", cell: (i) => text(short(record(i, L.place))), order: (i) => rows[i][0] },
    ],
    text: (i) => [repository(i), record(i, L.name), record(i, L.place)].join("\n").toLowerCase(),
    details: (i) => facts([
      ["Repository", repository(i)],
      ["Listed by", listedBy(data, times.get(rows[i][1]).map((n) => listings[rows[n][0]]))],
      ["Link", el("a", { href: "#l" + (i + 1) }, "#l" + (i + 1))],
    ]),
  };
}

// listedBy links to the records that list a repository.
function listedBy(data, listings) {
  const list = el("div", {});
  for (const l of listings) {
    const name = data.words[l[LISTING.name]];
    list.append(el("div", {}, l[LISTING.number] < 0 ? name : el("a", { href: "#r" + (l[LISTING.number] + 1) }, name), " ", data.words[l[LISTING.place]]));
  }
  return list;
}

// listed says what a record lists, in its details.
function listed(data, l) {
  const names = repositoriesOf(l).map((w) => data.words[w]);
  const most = 200;
  return number(l[LISTING.count]) + (names.length ? ": " + names.slice(0, most).join(", ") + (names.length > most ? " and " + number(names.length - most) + " more" : "") : "");
}
