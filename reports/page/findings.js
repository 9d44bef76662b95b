
// FINDING names the values of a finding in the data, in their order.
const FINDING = Object.fromEntries(["file", "line", "column", "record", "field", "level", "code", "message", "advice"].map((name, i) => [name, i]));

// findingModel is what the list of findings shows.
function findingModel(data) {
  const { findings, words } = data;
  const F = FINDING;
  const value = (i, at) => words[findings[i][at]];
  const place = (i) => {
    const f = findings[i];
    return words[f[F.file]] + (f[F.line] ? ":" + f[F.line] + (f[F.column] ? ":" + f[F.column] : "") : "");
  };
  return {
    count: findings.length, noun: "finding", anchor: "f",
    chips: { label: "Levels", key: "level", names: ["error", "warning"], of: (i) => value(i, F.level) },
    selects: [
      { label: "Code", of: (i) => value(i, F.code) },
      { label: "Field", of: (i) => value(i, F.field) },
      { label: "File", of: (i) => value(i, F.file) },
    ],
    columns: [
      { label: "Level", width: "c-level", css: "state", cell: (i) => dotted(value(i, F.level)), order: (i) => value(i, F.level) },
      { label: "What is wrong", width: "", css: "name", opens: true, cell: (i) => text(value(i, F.message)), order: (i) => value(i, F.message).toLowerCase() },
      { label: "Field", width: "c-field", css: "", cell: (i) => text(value(i, F.field)), order: (i) => value(i, F.field) },
      { label: "Code", width: "c-code", css: "mono", cell: (i) => text(value(i, F.code)), order: (i) => value(i, F.code) },
      { label: "Position", width: "c-place", css: "mono small", cell: (i) => text(short(place(i))), order: (i) => i },
    ],
    text: (i) => [place(i), value(i, F.field), value(i, F.code), value(i, F.message), value(i, F.advice)].join("\n").toLowerCase(),
    details: (i) => facts([
      ["What is wrong", value(i, F.message), "error"],
      ["What to do", value(i, F.advice), "advice"],
      ["Position", place(i) + (findings[i][F.record] ? ", record " + number(findings[i][F.record]) : "")],
      ["Field", value(i, F.field)],
      ["Code", value(i, F.code)],
      ["Link", el("a", { href: "#f" + (i + 1) }, "#f" + (i + 1))],
      ["Why it matters", command("gijbulk validate --explain " + word(value(i, F.code)))],
    ]),
  };
}
