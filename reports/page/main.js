
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const grids = {};
  const section = (id) => document.getElementById(id);
  let ready = false; // what is chosen goes into the address only after it came from there
  const changed = () => { if (ready) address(Object.values(grids).flatMap((g) => g.address()).join("&")); };
  if (data.records.length) grids.r = new Grid(section("records"), recordModel(data), changed);
  if (data.findings.length) grids.f = new Grid(section("findings"), findingModel(data), changed);
  if (data.listings.some((l) => repositoriesOf(l).length)) grids.l = new Grid(section("listings"), listingModel(data), changed);
  else section("listings")?.append(el("p", { class: "quiet" }, "No repositories."));

  // The legend chooses what it stands for.
  for (const item of document.querySelectorAll(".legend [data-state]")) {
    const button = el("button", { type: "button", "aria-label": item.textContent.trim() + ": show only these" });
    button.append(...item.childNodes);
    button.addEventListener("click", () => grids.r.only(item.dataset.state));
    item.replaceWith(button);
  }

  // #r17 is the 17th record, #f3 the third finding, #l5 the fifth repository; #r.state=failed&r.search=x what is chosen.
  const visit = () => {
    const parts = new URLSearchParams(location.hash.slice(1));
    const choices = [...parts.keys()].some((key) => key.includes("."));
    for (const grid of Object.values(grids)) {
      if (choices && grid.choosing(parts)) grid.table.scrollIntoView();
    }
    for (const key of parts.keys()) {
      const found = /^([rfl])(\d+)$/.exec(key);
      if (found) grids[found[1]]?.visit(found[2] - 1);
    }
  };
  addEventListener("hashchange", visit);
  visit();
  ready = true;

  for (const line of document.querySelectorAll("p.command")) line.replaceWith(command(line.textContent));

  // On paper there is nothing to open.
  const folded = [...document.querySelectorAll("#attention details")];
  addEventListener("beforeprint", () => { for (const d of folded) { d.before = d.open; d.open = true; } });
  addEventListener("afterprint", () => { for (const d of folded) d.open = d.before; });

  // A slash goes to the search.
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    const first = document.querySelector(".tools input");
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  });
}

// address puts a link into the address bar without scrolling.
function address(hash) {
  try {
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  } catch {
    // Some viewers do not let a local file do so; the page works all the same.
  }
}
