
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const grids = {};
  const section = (id) => document.getElementById(id);
  if (data.records.length) grids.r = new Grid(section("records"), recordModel(data));
  if (data.findings.length) grids.f = new Grid(section("findings"), findingModel(data));

  // The legend chooses what it stands for.
  for (const item of document.querySelectorAll(".legend [data-state]")) {
    const button = el("button", { type: "button", "aria-label": item.textContent.trim() + ": show only these" });
    button.append(...item.childNodes);
    button.addEventListener("click", () => grids.r.only(item.dataset.state));
    item.replaceWith(button);
  }

  // #r17 is the 17th record, #f3 the third finding.
  const visit = () => {
    const found = /^#([rf])(\d+)$/.exec(location.hash);
    if (found) grids[found[1]]?.visit(found[2] - 1);
  };
  addEventListener("hashchange", visit);
  visit();

  // A slash goes to the search.
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    const first = document.querySelector(".tools input");
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  });
}
