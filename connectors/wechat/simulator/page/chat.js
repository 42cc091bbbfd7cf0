// Chats as a WeChat user with the simulated platform. Everything shown comes from the platform: a reload loses nothing.
"use strict";

const $ = (id) => document.getElementById(id);
const PLACES = [["五四广场（示例坐标）", 36.062, 120.3845], ["延吉路117号（示例坐标）", 36.0935, 120.378],
  ["台东步行街（示例坐标）", 36.0836, 120.3554]];
const WAYS = { passive: "被动回复", push: "客服消息（主动推送）", template: "模板消息", notice: "订阅通知", fault: "微信提示" };
const TRIGGERS = { message: "发过消息（48 小时 5 条）", menu: "点过菜单（1 分钟 3 条）", follow: "刚关注（1 分钟 3 条）", scan: "扫过码（1 分钟 3 条）" };
const EVENTS = { CLICK: "点了菜单", VIEW: "打开了菜单里的网页", subscribe: "关注了公众号", unsubscribe: "取消了关注", SCAN: "扫了二维码",
  LOCATION: "上报了位置", subscribe_msg_popup_event: "回答了订阅通知的询问", subscribe_msg_sent_event: "平台告知：订阅通知已送达",
  TEMPLATESENDJOBFINISH: "平台告知：模板消息已送达" };
const RESULTS = { open: "等待中", replied: "被动回复", success: "success", timeout: "超时", broken: "连不上或断线", bad: "回复不合格式" };
let me = new URLSearchParams(location.hash.slice(1)).get("me") || "";
let shown = "";
let shownMenu = "";

async function ask(path, body, method = "POST") {
  const sent = method === "GET" ? undefined : body instanceof Blob ? body : JSON.stringify(body ?? {});
  const response = await fetch(path, { method, body: sent });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
const act = (name, body) => ask(`/sim/people/${me}/${name}`, body).then(refresh);

function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function become(openid) {
  me = openid;
  shown = "";
  history.replaceState(null, "", `#me=${openid}`);
  refresh();
}

async function newcomer() {
  const number = $("who").options.length + 1;
  const person = await ask("/sim/people", { nickname: `市民${number}`, following: false });
  become(person.openid);
  await act("follow", {});
}

function said(posting) {
  const { fields } = posting;
  if (fields.MsgType === "event") return element("p", "note", EVENTS[fields.Event] + (fields.EventKey ? `：${fields.EventKey}` : ""));
  const line = element("div", "line mine"), bubble = element("div", "bubble");
  if (fields.MsgType === "text") bubble.textContent = fields.Content;
  else if (fields.MsgType === "image") bubble.append(picture(fields.MediaId));
  else if (fields.MsgType === "location") bubble.textContent = `[位置] ${fields.Label}\n${fields.Location_X}, ${fields.Location_Y}`;
  else if (fields.MsgType === "link") bubble.textContent = `[链接] ${fields.Title}\n${fields.Url}`;
  else bubble.textContent = fields.MsgType === "voice" ? "[语音]" : fields.MsgType;
  line.append(bubble);
  const last = posting.attempts.at(-1);
  if (last?.result === "open" && posting.attempts.length > 1) line.append(element("span", "tag", `第 ${posting.attempts.length} 次送`));
  return line;
}

function picture(mediaId) {
  const image = element("img");
  image.src = `/sim/media/${encodeURIComponent(mediaId)}`;
  image.alt = "图片";
  return image;
}

function link(text, url, className = "") {
  const made = element("a", className, text);
  made.href = url;
  made.target = "_blank";
  made.rel = "noopener";
  return made;
}

// WeChat shows <a href> in texts as links and nothing else of HTML.
function words(text) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(/<a href="(https?:\/\/[^"]+)"[^>]*>([^<]*)<\/a>|https?:\/\/[\x21-\x7e]+/g)) {
    parts.append(text.slice(from, found.index), link(found[2] || found[0], found[1] || found[0]));
    from = found.index + found[0].length;
  }
  parts.append(text.slice(from));
  return parts;
}

function heard(one, postings) {
  const line = element("div", `line theirs ${one.way}`), bubble = element("div", "bubble"), content = one.content;
  if (one.kind === "text") bubble.append(words(content.text));
  else if (one.kind === "image") bubble.append(picture(content.media_id));
  else if (one.kind === "news") for (const article of content.articles) {
    if (article.picurl) { const image = element("img"); image.src = article.picurl; image.alt = ""; bubble.append(image); }
    bubble.append(link(article.title, article.url, "block"), element("div", "", article.description || ""));
  } else if (one.kind === "msgmenu") {
    bubble.append(words(content.head));
    for (const choice of content.list) {
      const button = element("button", "choice", choice.content);
      button.onclick = () => act("choose", { id: choice.id, text: choice.content });
      bubble.append(button);
    }
    bubble.append(content.tail);
  } else if (content.data) {
    for (const [name, value] of Object.entries(content.data)) bubble.append(element("div", "", `${name}：${value}`));
    if (content.url) bubble.append(link("查看详情", content.url, "block"));
  } else bubble.textContent = `[${one.kind}]`;
  const answered = postings.find((posting) => posting.msg_id === one.answers);
  const after = answered ? `，${(one.at - answered.attempts[0].started).toFixed(1)} 秒` : "";
  line.append(bubble, element("span", `tag ${one.way}`, WAYS[one.way] + after));
  return line;
}

function drawMenu(menu) {
  const text = JSON.stringify(menu);
  if (text === shownMenu) return;
  shownMenu = text;
  $("menu").replaceChildren(...(menu?.button ?? []).map((button) => {
    if (!button.sub_button?.length) return menuButton(button);
    const details = element("details"), list = element("div");
    list.append(...button.sub_button.map(menuButton));
    list.onclick = () => { details.open = false; };
    details.append(element("summary", "", button.name), list);
    return details;
  }));
  if (!menu) $("menu").append(element("p", "", "还没有菜单：运行 python -m hotline wechat menu push 后出现"));
}

function menuButton(button) {
  const made = element("button", "", button.name);
  made.type = "button";
  made.onclick = async () => {
    if (button.type === "view") { window.open(button.url, "_blank", "noopener"); await act("view", { url: button.url }); }
    else await act("menu", { key: button.key });
  };
  return made;
}

function drawSide(person) {
  const open = Object.entries(person.allowed).map(([name, one]) =>
    element("li", "", `${TRIGGERS[name]}：还剩 ${one.left} 条，${left(one.seconds)}后失效`));
  $("quota").replaceChildren(...(open.length ? open : [element("li", "", "没有额度：市民要先发消息")]));
  $("postings").replaceChildren(...person.postings.toReversed().slice(0, 20).map((posting) => element("li", "",
    `${posting.kind} ${posting.msg_id.slice(-6)}：${posting.attempts.map((one) => `${RESULTS[one.result] ?? one.result} ${one.seconds.toFixed(1)}s`).join(" → ")}`)));
  $("typing").hidden = person.typing * 1000 <= Date.now();
}

const left = (seconds) => seconds > 3600 ? `${(seconds / 3600).toFixed(1)} 小时` : `${Math.ceil(seconds)} 秒`;

async function refresh() {
  const state = await ask("/sim/state", undefined, "GET").catch(() => null);
  if (!state) { $("account").textContent = "模拟平台停了。"; return; }
  if (!state.people.some((person) => person.openid === me)) {
    if (state.people.length) return become(state.people[0].openid);
    return newcomer();
  }
  $("who").replaceChildren(...state.people.map((person) => new Option(person.nickname + (person.following ? "" : "（未关注）"), person.openid, false, person.openid === me)));
  $("account").textContent = `服务器地址 ${state.server_url}，${{ plain: "明文", compatible: "兼容", safe: "安全" }[state.mode]}模式。已发令牌 ${state.tokens.issued.stable + state.tokens.issued.ordinary} 个。`;
  drawMenu(state.menu);
  const person = await ask(`/sim/people/${me}`, undefined, "GET");
  const text = JSON.stringify([person.heard.length, person.postings.map((one) => [one.outcome, one.attempts.length])]);
  if (text !== shown) {
    shown = text;
    const lines = [...person.postings.map((one) => [one.attempts[0]?.started ?? 0, () => said(one)]),
      ...person.heard.map((one) => [one.at, () => heard(one, person.postings)])];
    $("chat").replaceChildren(...lines.sort((a, b) => a[0] - b[0]).map(([, draw]) => draw()));
    $("chat").scrollTop = $("chat").scrollHeight;
  }
  drawSide(person);
}

// Three seconds of AMR silence: 150 frames of the lowest rate.
function sampleVoice() {
  const frames = new Uint8Array(150 * 13);
  for (let at = 0; at < frames.length; at += 13) frames[at] = 0x04;
  return new Blob(["#!AMR\n", frames]);
}

function samplePhoto() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#3b4a5a"; pen.fillRect(0, 0, 640, 480);
  pen.fillStyle = "#d9d9d9"; pen.fillRect(300, 90, 14, 390); pen.fillRect(300, 90, 120, 12);
  pen.fillStyle = "#111"; pen.fillRect(390, 102, 60, 24);
  pen.fillStyle = "#fff"; pen.font = "28px sans-serif"; pen.fillText(`路灯不亮 ${new Date().toLocaleTimeString()}`, 20, 450);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
}

const DO = {
  photo: async () => act("image", await samplePhoto()),
  voice: () => act("voice", sampleVoice()),
  place: () => { $("place").hidden = !$("place").hidden; },
  link: () => act("link", { title: "小区停水通知", description: "网上看到的一篇文章", url: "https://example.com/" }),
  scan: () => act("scan", { scene: "12345" }),
  follow: () => act("follow", {}),
  unfollow: () => act("unfollow", {}),
  notice: () => { const id = prompt("模板编号（HOTLINE_WECHAT 设置里的那个）", ""); return id ? act("subscribe", { template_id: id }) : null; },
};

$("form").onsubmit = (event) => {
  event.preventDefault();
  const text = $("words").value.trim();
  if (!text) return;
  $("words").value = "";
  act("text", { text });
};
$("plus").onclick = () => { $("more").hidden = !$("more").hidden; };
$("more").onclick = (event) => { const name = event.target.dataset.do; if (name) { $("more").hidden = true; DO[name](); } };
$("who").onchange = () => become($("who").value);
$("newcomer").onclick = newcomer;
for (const name of ["image", "voice"]) $(name).onchange = () => { const [file] = $(name).files; $(name).value = ""; $("more").hidden = true; if (file) act(name, file); };
$("places").append(...PLACES.map(([name], number) => new Option(name, String(number))));
$("places").onchange = () => {
  const [name, latitude, longitude] = PLACES[Number($("places").value)];
  $("label").value = name.replace("（示例坐标）", "");
  $("latitude").value = latitude;
  $("longitude").value = longitude;
};
$("places").onchange();
const place = () => ({ latitude: Number($("latitude").value), longitude: Number($("longitude").value), label: $("label").value });
$("send-place").onclick = () => { $("place").hidden = true; act("location", place()); };
$("report-place").onclick = () => { $("place").hidden = true; act("report_place", place()); };
document.querySelector(".troubles").onclick = (event) => {
  const { code, breaks, token } = event.target.dataset;
  if (token) ask(`/sim/tokens/${token}`);
  else if (code) ask("/sim/faults", { path: "custom/send", code: Number(code) });
  else if (breaks) ask("/sim/faults", { path: "custom/send", breaks });
};
refresh();
setInterval(refresh, 800);
