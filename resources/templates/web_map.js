"use strict";
var data = JSON.parse(document.getElementById("data").textContent), words = data.words;
var colours = ["#8a8a8a", "#e60000", "#ff7f00", "#ffe600", "#0070ff"];
var inks = ["#fff", "#fff", "#111", "#111", "#fff"];
function css(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
function make(tag, text, className) {
  var element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

/* Signs: one prepared picture per type, level and size, stamped onto the canvas. */
var sprites = {};
function sprite(type, level, radius) {
  var key = type + "/" + level + "/" + radius;
  if (sprites[key]) return sprites[key];
  var scale = Math.max(window.devicePixelRatio || 1, 2), side = 2 * radius + 4;
  var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = canvas.height = side * scale;
  pen.scale(scale, scale);
  pen.beginPath();
  pen.arc(side / 2, side / 2, radius, 0, 2 * Math.PI);
  pen.fillStyle = colours[level];
  pen.fill();
  pen.lineWidth = radius > 6 ? 1.6 : 1;
  pen.strokeStyle = level === 3 ? "#4d4600" : "#fff";
  pen.stroke();
  if (radius > 6) {
    pen.fillStyle = inks[level];
    pen.font = "bold " + Math.round(radius * 1.15) + "px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(data.types[type].g, side / 2, side / 2 + radius * 0.08);
  }
  sprites[key] = canvas;
  return canvas;
}
L.Canvas.include({
  _updateSign: function (layer) {
    if (!this._drawing || layer._empty()) return;
    var picture = sprite(layer.sign[0], layer.sign[1], layer._radius), side = 2 * layer._radius + 4;
    this._ctx.drawImage(picture, layer._point.x - side / 2, layer._point.y - side / 2, side, side);
  }
});
var Sign = L.CircleMarker.extend({ _updatePath: function () { this._renderer._updateSign(this); } });

/* Ground: the divisions and what lies around them. */
function ground(rings, options, make) {
  return (make || L.polygon)(rings.map(function (ring) {
    var points = [];
    for (var i = 0; i < ring.length; i += 2) points.push([ring[i + 1], ring[i]]);
    return points;
  }), Object.assign({ interactive: false, renderer: under, smoothFactor: 1 }, options)).addTo(map);
}
map.createPane("under").style.zIndex = 210;
var under = L.canvas({ pane: "under", padding: 0.4 });
function drawGround() {
  ground(data.sea, { stroke: false, fillColor: css("--sea"), fillOpacity: 1 });
  data.borders.forEach(function (line) { ground([line], { color: css("--border"), weight: 1, dashArray: "5 4", fill: false }, L.polyline); });
  data.divisions.forEach(function (division) {
    ground(division.rings, { color: css("--border"), weight: 1.6, fillColor: css("--land"), fillOpacity: 1 });
  });
}
function label(lon, lat, element) {
  L.marker([lat, lon], { interactive: false, keyboard: false, icon: L.divIcon({ className: "division", iconSize: [0, 0], html: element }) }).addTo(map);
}
drawGround();
data.divisions.forEach(function (division) {
  var box = make("div");
  box.appendChild(make("span", division.name));
  if (division.counts.length) {
    var tally = make("div", undefined, "tally"), sum = 0;
    division.counts.forEach(function (pair) { sum += pair[1]; });
    tally.appendChild(make("div", words.tally.replace("{n}", sum), "sum"));
    division.counts.forEach(function (pair) {
      var line = make("div", data.types[pair[0]].n + " ", "part");
      line.appendChild(make("b", String(pair[1])));
      tally.appendChild(line);
    });
    box.appendChild(tally);
  }
  label(division.at[0], division.at[1], box);
});
data.aroundNames.forEach(function (place) {
  var box = make("div", undefined, "division small");
  box.appendChild(make("span", place[2]));
  label(place[0], place[1], box);
});

/* Hazards. */
var RADIUS = [3.5, 5, 4.5, 4, 3.5];
function radiusFor(level) { var zoom = map.getZoom(); return zoom >= 12 ? 11 : zoom >= 10.5 ? 9 : RADIUS[level] + (zoom >= 9.5 ? 1.5 : 0); }
function detail(item) {
  var box = make("div"), type = data.types[item.type];
  box.appendChild(make("h3", item.title));
  var line = make("p");
  line.appendChild(make("span", words.levels[item.level], "badge l" + item.level));
  line.appendChild(document.createTextNode(" " + type.n + (item.sub ? words.dot + item.sub : "")));
  box.appendChild(line);
  box.appendChild(make("p", item.place));
  if (item.unit) box.appendChild(make("p", words.unit + item.unit));
  if (type.a) box.appendChild(make("p", type.a, "advice"));
  box.appendChild(make("small", item.grid >= 1000 ? words.near1000 : words.near100));
  return box;
}
var items = data.hazards.map(function (row) {
  var drawn = Array.isArray(row[2]) && row[2], rest = drawn ? 3 : 2, profile = data.profiles[row[rest]];
  var division = data.places[profile[2]], township = data.townships[profile[3]];
  var item = { at: [row[1], row[0]], type: profile[0], level: profile[1], sub: data.subs[profile[4]], unit: data.units[profile[5]], grid: data.types[profile[0]].c,
    place: township && township !== division ? division + " " + township : division };
  item.title = row[rest + 1] || item.sub || data.types[item.type].n;
  item.text = [item.title, item.place, item.unit, item.sub, data.types[item.type].n].join(" ").toLowerCase();
  item.layer = item.sign = new Sign(item.at, { radius: radiusFor(item.level) });
  item.sign.sign = [item.type, item.level];
  if (drawn) {
    var kind = drawn[0], parts = drawn.slice(1).map(function (ring) {
      return ring.map(function (p) { return [p[1], p[0]]; });
    });
    var style = { color: item.level === 3 ? "#8a7d00" : colours[item.level], weight: kind === "l" ? 4 : 2, fillColor: colours[item.level], fillOpacity: 0.35 };
    item.layer = L.featureGroup([kind === "l" ? L.polyline(parts, style) : kind === "p" ? L.polygon(parts.map(function (r) { return [r]; }), style) : L.featureGroup(), item.sign]);
  }
  return item;
});
var shown = L.featureGroup().addTo(map);
var popup = L.popup({ maxWidth: 320, autoPanPadding: [20, 20] });
items.forEach(function (item) { item.sign.item = item; item.layer.item = item; });
function itemOf(layer) {
  return layer.item || (layer._eventParents && Object.keys(layer._eventParents).map(function (k) { return layer._eventParents[k].item; }).filter(Boolean)[0]);
}
function open(item) { popup.setLatLng(item.at).setContent(detail(item)).openOn(map); }
shown.on("click", function (event) { var item = itemOf(event.propagatedFrom || event.layer); if (item) open(item); });
map.on("zoomend", function () {
  items.forEach(function (item) {
    var radius = radiusFor(item.level);
    if (item.sign._radius !== radius) { if (item.sign._map) item.sign.setRadius(radius); else { item.sign.options.radius = item.sign._radius = radius; } }
  });
  closeness();
});
function closeness() { map.getContainer().classList.toggle("near", map.getZoom() >= data.tallyZoom); }

/* Filters and list. */
var off = { levels: {}, types: {} }, search = document.getElementById("search");
var list = document.getElementById("list"), found = document.getElementById("found"), LIMIT = 100;
function count(test) { return items.filter(test).length; }
function choice(group, key, text, number, picture) {
  var line = make("label", undefined, "choice"), box = make("input");
  box.type = "checkbox";
  box.checked = true;
  box.addEventListener("change", function () { if (box.checked) delete off[group][key]; else off[group][key] = true; apply(); });
  line.appendChild(box);
  if (picture) line.appendChild(picture);
  line.appendChild(make("span", text));
  line.appendChild(make("span", String(number), "n"));
  document.getElementById(group).appendChild(line);
}
function swatch(type, level) {
  var copy = make("canvas"), from = sprite(type, level, 9);
  copy.width = from.width;
  copy.height = from.height;
  copy.getContext("2d").drawImage(from, 0, 0);
  copy.setAttribute("aria-hidden", "true");
  return copy;
}
function plain(level) {
  var copy = make("canvas"), pen = copy.getContext("2d");
  copy.width = copy.height = 44;
  pen.fillStyle = colours[level];
  pen.beginPath();
  pen.arc(22, 22, 17, 0, 7);
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = "#555";
  pen.stroke();
  pen.fillStyle = inks[level];
  pen.font = "bold 24px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  if (level) pen.fillText(String(level), 22, 24);
  copy.setAttribute("aria-hidden", "true");
  return copy;
}
[1, 2, 3, 4, 0].forEach(function (level) {
  var number = count(function (item) { return item.level === level; });
  if (number || level) choice("levels", level, words.levels[level], number, plain(level));
});
data.types.forEach(function (type, index) {
  var number = count(function (item) { return item.type === index; });
  if (number) choice("types", index, type.n, number, swatch(index, 0));
});
function apply() {
  var word = search.value.trim().toLowerCase();
  var hits = items.filter(function (item) {
    var fits = !off.levels[item.level] && !off.types[item.type] && (!word || item.text.indexOf(word) >= 0);
    if (fits && !item.on) shown.addLayer(item.layer);
    if (!fits && item.on) shown.removeLayer(item.layer);
    item.on = fits;
    return fits;
  });
  found.textContent = words.found.replace("{n}", hits.length);
  list.textContent = "";
  hits.slice(0, LIMIT).forEach(function (item) {
    var line = make("li"), button = make("button", item.title, "l" + item.level);
    button.type = "button";
    button.appendChild(make("small", [words.levels[item.level], data.types[item.type].n, item.place].join(words.dot)));
    button.addEventListener("click", function () {
      document.getElementById("panel").classList.remove("open");
      map.setView(item.at, Math.max(map.getZoom(), 12));
      open(item);
    });
    line.appendChild(button);
    list.appendChild(line);
  });
  if (hits.length > LIMIT) list.appendChild(make("li", words.more.replace("{n}", hits.length - LIMIT), "note"));
}
var waiting;
search.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(apply, 150); });
document.getElementById("reset").addEventListener("click", function () {
  off = { levels: {}, types: {} };
  search.value = "";
  document.querySelectorAll(".choice input").forEach(function (box) { box.checked = true; });
  map.fitBounds(data.bounds);
  apply();
});
var drawer = document.getElementById("drawer"), panel = document.getElementById("panel");
drawer.addEventListener("click", function () { drawer.setAttribute("aria-expanded", String(panel.classList.toggle("open"))); });

/* Numbers of the types that are public as numbers only. */
var table = document.getElementById("counts");
if (table) {
  var head = table.createTHead().insertRow();
  words.countHeads.forEach(function (text) { var cell = make("th", text); cell.scope = "col"; head.appendChild(cell); });
  data.counts.forEach(function (row) {
    var line = table.tBodies[0] ? table.tBodies[0].insertRow() : table.createTBody().insertRow();
    [row[0], data.types[row[1]].n, row[2]].forEach(function (text) { line.appendChild(make("td", String(text))); });
  });
}
var North = L.Control.extend({ onAdd: function () { var sign = make("div", words.north, "north"); sign.setAttribute("role", "img"); sign.setAttribute("aria-label", words.northLabel); return sign; } });
new North({ position: "topright" }).addTo(map);
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
map.fitBounds(data.bounds);
closeness();
apply();
document.documentElement.dataset.ready = String(items.length);
