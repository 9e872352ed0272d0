// The bench page: it draws what the boards say and turns knobs. It knows no rule of the shop.
const $ = (id) => document.getElementById(id);
const start = await (await fetch("/api/start")).json();
let socket;
let retry = 300;

function send(message) { if (socket && socket.readyState === 1) socket.send(JSON.stringify(message)); }
const turn = (board, knob, args = {}) => send({ do: "turn", board, knob, args });

function connect() {
  socket = new WebSocket(`ws://${location.host}/ws`);
  socket.onopen = () => { retry = 300; };
  socket.onmessage = (event) => told(JSON.parse(event.data));
  socket.onclose = () => { setTimeout(connect, retry); retry = Math.min(retry * 2, 5000); };
}

function tile(item, act) {
  const button = document.createElement("button");
  button.className = "tile";
  button.title = item.code ? `${item.name} (${item.code})` : item.name;
  const picture = document.createElement("img");
  picture.alt = "";
  picture.loading = "lazy";
  picture.src = `/pictures/${encodeURIComponent(item.picture)}`;
  const name = document.createElement("span");
  name.textContent = item.name;
  button.append(picture, name);
  button.onclick = act;
  return button;
}

for (const item of start.products) $("tiles").append(tile(item, () => turn("scanner", "scan", { data: item.code, symbology: "]E0" })));
for (const coupon of start.coupons) {
  const button = document.createElement("button");
  button.textContent = coupon.code;
  button.title = coupon.name;
  button.onclick = () => turn("scanner", "scan", { data: coupon.code });
  $("coupons").append(button);
}
for (const item of start.produce) $("produce").append(tile(item, () => {
  turn("produce_scale", "put", { grams: item.grams });
  turn("camera", "lay", drawn ? { picture: item.picture } : { produce: item.code });
  $("camera").textContent = item.name;
}));
for (const story of start.stories) {
  const button = document.createElement("button");
  button.textContent = story.title;
  button.onclick = () => send({ do: "story", story: story.id });
  $("stories").append(button);
}
$("typed").onsubmit = (event) => { event.preventDefault(); turn("scanner", "scan", { data: $("code").value }); $("code").select(); };

$("bagger").hidden = !start.bags;
for (const row of document.querySelectorAll("[data-board]")) {
  for (const button of row.querySelectorAll("button")) wire(row.dataset.board, button);
}

function wire(board, button) {
  let at = 0;
  button.onclick = () => {
    const { knob, args, toggle, cycle, then } = button.dataset;
    if (toggle) {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on);
      turn(board, knob, { [toggle]: on });
    } else if (cycle) {
      turn(board, knob, JSON.parse(cycle)[at]);
      button.textContent = JSON.parse(button.dataset.words)[at];
      button.setAttribute("aria-pressed", at < JSON.parse(cycle).length - 1);
      at = (at + 1) % JSON.parse(cycle).length;
    } else {
      turn(board, knob, args ? JSON.parse(args) : {});
      if (then) { const [next, rest] = [then.slice(0, then.indexOf(":")), then.slice(then.indexOf(":") + 1)]; turn(board, next, JSON.parse(rest)); }
    }
  };
}

const plugged = {};
for (const [board, words] of Object.entries(start.cables)) {
  const button = document.createElement("button");
  button.textContent = `${words}: plugged`;
  plugged[board] = true;
  button.dataset.cable = board;
  button.onclick = () => turn(board, plugged[board] ? "unplug" : "plug");
  $("cables").append(button);
}
$("network").onclick = () => turn("network", plugged.network === false ? "plug" : "unplug");
$("key").onclick = () => { const on = $("key").dataset.on !== "true"; $("key").dataset.on = on; $("key").setAttribute("aria-pressed", on); turn("lights", "staff_key", { on }); };
$("help").onclick = () => { turn("lights", "help_button", { on: true }); turn("lights", "help_button", { on: false }); };
const shelf = start.products.filter((item) => /^\d{13}$/.test(item.code));
let held = 0, drawn = true;
$("hold").onclick = () => {
  const item = shelf[held++ % shelf.length];
  $("camera").textContent = item.name;
  turn("camera", drawn ? "show" : "see", { data: item.code, symbology: "]E0" });
};
$("away").onclick = () => { $("camera").textContent = "sees nothing"; if (drawn) turn("camera", "blank"); else turn("camera", "lay", { produce: "" }); };
$("power").onclick = () => send({ do: power ? "power_off" : "power_on" });
let power = true;

function showCable(board, is) {
  plugged[board] = is;
  if (board === "network") {
    $("network").textContent = is ? "Cut the network" : "Join the network";
    $("network").setAttribute("aria-pressed", !is);
    return;
  }
  const button = document.querySelector(`[data-cable="${board}"]`);
  if (button) { button.textContent = `${start.cables[board]}: ${is ? "plugged" : "UNPLUGGED"}`; button.setAttribute("aria-pressed", !is); }
}

function showPresence(board, here) {
  for (const button of document.querySelectorAll(`[data-board="${board}"] button, [data-cable="${board}"]`)) button.disabled = !here;
  if (board === "network") $("network").disabled = !here;
  if (board === "lights") $("key").disabled = $("help").disabled = !here;
  if (board === "camera") $("hold").disabled = $("away").disabled = !here;
}

function showLight({ colour, blinking }) {
  $("light").className = `light ${colour}${blinking ? " blinking" : ""}`;
  $("light-words").textContent = `${colour}${blinking ? ", blinking" : ""}`;
  $("light").setAttribute("aria-label", `lane light: ${$("light-words").textContent}`);
}

function showReceipt(receipt) {
  const first = $("receipts").querySelector("p");
  if (first) first.remove();
  const figure = document.createElement("figure");
  const picture = document.createElement(receipt.picture ? "img" : "pre");
  if (receipt.picture) {
    picture.src = receipt.picture;
    picture.alt = receipt.text || "receipt";
  } else {
    picture.textContent = receipt.text;
  }
  const caption = document.createElement("figcaption");
  caption.textContent = receipt.complete ? receipt.time : `${receipt.time} (torn off)`;
  figure.append(picture, caption);
  $("receipts").prepend(figure);
}

function showPower(on) {
  power = on;
  $("power").textContent = on ? "Cut the power" : "Power back";
  const dark = $("screen").querySelector(".dark");
  if (dark) dark.remove();
  if (!on) {
    const cover = document.createElement("div");
    cover.className = "dark";
    cover.textContent = "No power";
    $("screen").append(cover);
  }
}

function showCharge(charge) {
  const sum = (minor) => `${charge.currency} ${(minor / 100).toFixed(2)}`;
  const words = {
    waiting: `waits for ${sum(charge.amount_minor)}`,
    paid: charge.refunded_minor ? `gave back ${sum(charge.refunded_minor)}` : `paid ${sum(charge.paid_minor)}`,
  };
  $("phone").textContent = words[charge.status] || charge.status;
}

const loads = { produce_scale: "produce-load", bagging_scale: "bagging-load" };
const handlers = {
  here: (board, about) => {
    if (board === "lights" && about.state.colour) showLight(about.state);
    if (board === "camera") drawn = about.model !== "simulated";  // a simulated camera is told codes, not shown them
    if (loads[board] && "grams" in about.state) $(loads[board]).textContent = `${about.state.grams} g`;
    if ("plugged" in about.state) showCable(board, about.state.plugged);
    if (about.state.shown) showCharge(about.state.shown);
    if (about.state.pending) handlers.pending(board, about.state.pending);
    if (typeof about.state.paper === "string") handlers.paper(board, { state: about.state.paper });
    showPresence(board, true);
  },
  gone: (board) => showPresence(board, false),
  light: (board, args) => showLight(args),
  platter: (board, args) => { $(loads[board]).textContent = `${args.grams} g`; },
  plugged: (board, args) => showCable(board, args.plugged),
  network: (board, args) => showCable("network", args.plugged),
  pending: (board, args) => { $("terminal").textContent = `asks for ${(args.amount_minor / 100).toFixed(2)} ${args.currency}`; },
  settled: (board, args) => { $("terminal").textContent = `${args.outcome}`; },
  charge: (board, args) => showCharge(args),
  paper: (board, args) => { $("paper").textContent = `paper ${args.state.replace("_", " ")}`; },
  receipt: (board, args) => showReceipt(args),
  sound: (board, args) => { $("captions").textContent = `♪ ${args.caption}`; },
};

function told(message) {
  if (message.event === "story") { $("story").hidden = !message.args.text; $("story").textContent = message.args.text; return; }
  if (message.event === "power") { showPower(message.args.on); return; }
  if (message.event === "refused") { $("captions").textContent = message.args.text; return; }
  const handler = handlers[message.event];
  if (handler) handler(message.board, message.args);
}

if (start.screen) {
  const { default: RFB } = await import("/novnc/core/rfb.js");
  const join = () => {
    const view = new RFB($("screen"), `ws://${location.hostname}:${start.screen}/websockify`);
    view.scaleViewport = true;
    view.showDotCursor = true;
    view.addEventListener("disconnect", () => setTimeout(() => { $("screen").querySelectorAll("div:not(.dark)").forEach((n) => n.remove()); join(); }, 1000));
  };
  join();
} else {
  $("screen").className = "window";
  $("screen").textContent = "The kiosk has a window of its own on this display.";
}
$("receipts").innerHTML = "<p>No receipt yet. Scan something, pay, and it lies here.</p>";
for (const receipt of start.receipts) showReceipt(receipt);
$("ledger").src = start.office;
connect();
