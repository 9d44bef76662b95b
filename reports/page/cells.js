
// What both lists are made of. Texts become text nodes, never markup.

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

const numbers = new Intl.NumberFormat("en");

function number(n) { return numbers.format(n); }

// collator puts gitlab2 before gitlab10; so does natural, in what is only compared.
const collator = new Intl.Collator("en", { numeric: true });

function natural(s) { return s.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, "0")); }

function took(ms) {
  if (!ms) return "";
  if (ms < 1000) return ms + " ms";
  if (ms < 60000) return (ms / 1000).toFixed(1) + " s";
  return Math.floor(ms / 60000) + " min " + Math.round(ms % 60000 / 1000) + " s";
}

function dotted(name) {
  const cell = document.createDocumentFragment();
  cell.append(el("i", { class: "dot s-" + name }), name);
  return cell;
}

function text(s) { return document.createTextNode(s); }

// short is a place without its folders: the line is what tells places apart.
function short(place) { return place.slice(Math.max(place.lastIndexOf("/"), place.lastIndexOf("\\")) + 1); }

// facts makes a list of names and values; those without a value are left out.
function facts(pairs) {
  const list = el("dl", {});
  for (const [name, value, css] of pairs) {
    if (value === "" || value === 0 || value === null || value === undefined) continue;
    list.append(el("dt", {}, name), el("dd", { class: css }, value instanceof Node ? value : String(value)));
  }
  return list;
}

// command shows a command line with a button that copies it.
function command(line) {
  const code = el("code", {}, line);
  const button = el("button", { type: "button" }, "Copy");
  const said = el("span", { class: "unseen", role: "status" });
  button.addEventListener("click", async () => {
    const done = await copy(line, code);
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    said.textContent = done ? "The command is copied." : "The command is selected.";
    setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, 2000);
  });
  return el("div", { class: "command" }, code, button, said);
}

// copy falls back to a selection where a page may not write to the clipboard.
async function copy(line, code) {
  try {
    await navigator.clipboard.writeText(line);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

// word quotes a word for a shell.
function word(s) {
  return /^[\w\-.\/:=@%+,]+$/.test(s) ? s : "'" + s.replaceAll("'", "'\\''") + "'";
}
