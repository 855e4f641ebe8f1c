"use strict";
var data = JSON.parse(document.getElementById("data").textContent), words = data.words;
var colours = ["#8a8a8a", "#e60000", "#ff7f00", "#ffe600", "#0070ff"];
var inks = ["#fff", "#fff", "#111", "#111", "#fff"];
var tongue = data.language;
function byId(id) { return document.getElementById(id); }
/* Chinese sentences are the keys; English is a table beside them. */
function tr(text) { return tongue === "en" && data.english[text] || text; }
function filled(text, values) { return tr(text).replace(/\{(\w+)\}/g, function (_, key) { return values[key]; }); }
function css(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
function make(tag, text, className) {
  var element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}
function button(text, className, pressed) {
  var element = make("button", text, className);
  element.type = "button";
  element.addEventListener("click", pressed);
  return element;
}

/* Signs: one prepared picture per type, level and size, stamped onto one canvas. */
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
var RADIUS = [3.5, 5, 4.5, 4, 3.5];
function radiusFor(level) {
  var zoom = map.getZoom();
  return zoom >= 12 ? 11 : zoom >= 10.5 ? 9 : RADIUS[level] + (zoom >= 9.5 ? 1.5 : 0);
}
/* Worlds of 256 units, as Leaflet's Mercator has them at zoom 0. */
function world(at) {
  var sine = Math.sin(at[0] * Math.PI / 180);
  return [128 + at[1] * 256 / 360, 128 - 64 * Math.log((1 + sine) / (1 - sine)) / Math.PI];
}
var Signs = L.Renderer.extend({
  _initContainer: function () {
    this._container = make("canvas", undefined, "signs leaflet-zoom-animated");
    this._container.setAttribute("aria-hidden", "true");
    this._pen = this._container.getContext("2d");
  },
  _destroyContainer: function () { L.DomUtil.remove(this._container); delete this._container; },
  _update: function () {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    var bounds = this._bounds, size = bounds.getSize(), scale = Math.max(window.devicePixelRatio || 1, L.Browser.retina ? 2 : 1);
    L.DomUtil.setPosition(this._container, bounds.min);
    this._container.width = scale * size.x;
    this._container.height = scale * size.y;
    this._container.style.width = size.x + "px";
    this._container.style.height = size.y + "px";
    this._pen.scale(scale, scale);
    this._pen.translate(-bounds.min.x, -bounds.min.y);
    this.draw();
  },
  redraw: function () {
    if (!this._bounds) return;
    var corner = this._bounds.min, size = this._bounds.getSize();
    this._pen.clearRect(corner.x, corner.y, size.x, size.y);
    this.draw();
  },
  draw: function () {
    var pen = this._pen, box = this._bounds.pad(0.02), scale = map.options.crs.scale(map.getZoom()) / 256;
    var origin = map.getPixelOrigin(), sizes = [0, 1, 2, 3, 4].map(radiusFor);
    for (var i = items.length - 1; i >= 0; i--) {
      var item = items[i];
      if (!item.on) continue;
      item.x = item.world[0] * scale - origin.x;
      item.y = item.world[1] * scale - origin.y;
      if (item.x < box.min.x || item.x > box.max.x || item.y < box.min.y || item.y > box.max.y) continue;
      var radius = sizes[item.level], side = 2 * radius + 4;
      pen.drawImage(sprite(item.type, item.level, radius), item.x - side / 2, item.y - side / 2, side, side);
    }
  }
});

/* Ground: the divisions and what lies around them. Outlines are steps of 1e-4 degrees after their first point. */
function outline(flat) {
  var lon = Math.round(flat[0] * 1e4), lat = Math.round(flat[1] * 1e4), points = [[flat[1], flat[0]]];
  for (var i = 2; i < flat.length; i += 2) {
    lon += flat[i];
    lat += flat[i + 1];
    points.push([lat / 1e4, lon / 1e4]);
  }
  return points;
}
var grounds = [];
function ground(rings, options, drawn) {
  var layer = (drawn || L.polygon)(rings.map(outline), Object.assign({ interactive: false, renderer: under, smoothFactor: 1 }, options));
  grounds.push([layer.addTo(map), options]);
}
map.createPane("under").style.zIndex = 210;
map.createPane("signs").style.zIndex = 450;
map.createPane("marks").style.zIndex = 440;
var under = L.canvas({ pane: "under", padding: 0.4 });
ground(data.sea, { stroke: false, fillColor: "--sea", fillOpacity: 1 });
ground(data.borders, { color: "--border", weight: 1, dashArray: "5 4", fill: false }, L.polyline);
/* A blank that nobody surveyed is hatched: a lattice, stripes, or dots where the survey is old. */
function hatch(mark) {
  var tile = make("canvas"), ctx = tile.getContext("2d"), side = 10;
  tile.width = tile.height = side;
  ctx.strokeStyle = ctx.fillStyle = "#8c8577";
  if (mark === "stale") ctx.fillRect(side / 2 - 1, side / 2 - 1, 2, 2);
  else {
    ctx.moveTo(-1, side + 1); ctx.lineTo(side + 1, -1);
    if (mark === "unsurveyed") { ctx.moveTo(-1, -1); ctx.lineTo(side + 1, side + 1); }
    ctx.stroke();
  }
  return ctx.createPattern(tile, "repeat");
}
data.divisions.forEach(function (division) {
  ground(division.rings, { color: "--border", weight: 1.6, fillColor: "--land", fillOpacity: 1 });
  if (division.mark) {
    var pattern = hatch(division.mark[0]);
    grounds.push([L.polygon(division.rings.map(outline), { interactive: false, renderer: under, smoothFactor: 1, stroke: false, fillColor: pattern, fillOpacity: 1 }).addTo(map), {}]);
  }
});
function colourGround() {
  grounds.forEach(function (pair) {
    var style = {};
    ["color", "fillColor"].forEach(function (key) { if (pair[1][key]) style[key] = css(pair[1][key]); });
    pair[0].setStyle(style);
  });
}
var labels = L.layerGroup().addTo(map);
function label(lon, lat, element, pane) {
  L.marker([lat, lon], { pane: pane || "markerPane", interactive: false, keyboard: false, icon: L.divIcon({ className: "division", iconSize: [0, 0], html: element }) }).addTo(labels);
}
/* Where a division has most room for the words of its hatch: far from signs, from its rim and from its name. */
function inside(at, rings) {
  var odd = false;
  rings.forEach(function (ring) {
    for (var i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      var a = ring[i], b = ring[j];
      if (a[1] > at[1] !== b[1] > at[1] && at[0] < (b[0] - a[0]) * (at[1] - a[1]) / (b[1] - a[1]) + a[0]) odd = !odd;
    }
  });
  return odd;
}
/* The place next to a division's own where fewest signs lie under its name. */
function aside(division, text) {
  var own = [division.at[1], division.at[0]], from = world(own), zoom = map.getZoom(), scale = Math.pow(2, zoom);
  var parts = division.counts.length, open = zoom >= data.tallyZoom, tally = parts ? open ? 72 : 42 : 0;
  var half = Math.max(text.length * (/[a-z]/.test(text) ? 4.5 : 8), tally) + 12;
  var above = 20, below = parts ? open ? 30 + 17 * parts : 46 : 20, far = 64, step = 8, rings, near = [];
  items.forEach(function (item) {
    var x = (item.world[0] - from[0]) * scale, y = (item.world[1] - from[1]) * scale;
    if (Math.abs(x) < half + far && y > -above - far && y < below + far) near.push([x, y]);
  });
  if (!near.length) return own;
  rings = division.rings.map(function (ring) { return outline(ring).map(world); });
  var best = Infinity, found = from;
  for (var down = -far; down <= far; down += step) for (var along = -far; along <= far; along += step) {
    var here = [from[0] + along / scale, from[1] + down / scale], rated = Math.sqrt(along * along + down * down) / far;
    for (var k = 0; k < near.length && rated < best; k++) {
      var x = near[k][0] - along, y = near[k][1] - down;
      if (Math.abs(x) < half && y > -above && y < below) rated += 2;
    }
    if (rated < best && (here[0] === from[0] && here[1] === from[1] || inside(here, rings))) { best = rated; found = here; }
  }
  found = L.CRS.EPSG3857.pointToLatLng(L.point(found[0] * scale, found[1] * scale), zoom);
  return [found.lat, found.lng];
}
function roomiest(division, text, named) {
  var places = division.rings.map(outline), rings = places.map(function (ring) { return ring.map(world); });
  var lats = [], lons = [], scale = Math.pow(2, map.getZoom()), half = text.length * (/[a-z]/.test(text) ? 3 : 5.5) + 4;
  places.forEach(function (ring) { ring.forEach(function (at) { lats.push(at[0]); lons.push(at[1]); }); });
  var south = Math.min.apply(null, lats), west = Math.min.apply(null, lons);
  var high = Math.max.apply(null, lats) - south, wide = Math.max.apply(null, lons) - west;
  var name = world(named), below = division.counts.length ? 46 : 10, signs = [];
  items.forEach(function (item) {
    if (item.at[0] >= south && item.at[0] <= south + high && item.at[1] >= west && item.at[1] <= west + wide) signs.push(item.world);
  });
  /* How far a place is from the words around another one; below zero it lies under them. */
  function gap(from, to, beside, above) { return Math.max(Math.abs(from[0] - to[0]) * scale - beside, Math.abs(from[1] - to[1]) * scale - above); }
  var best = -Infinity, found = [division.at[1], division.at[0]];
  for (var i = 1; i < 30; i++) for (var j = 1; j < 30; j++) {
    var at = [south + high * i / 30, west + wide * j / 30], here = world(at), rated = 40, down = (here[1] - name[1]) * scale;
    if (!inside(here, rings)) continue;
    if (Math.abs(here[0] - name[0]) * scale < half + 55 && down > -22 && down < below + 10) rated -= 1000;
    [-half, half].forEach(function (end) { if (!inside([here[0] + 0.85 * end / scale, here[1]], rings)) rated -= 110; });
    for (var k = 0; k < signs.length && rated > best; k++) {
      var room = gap(here, signs[k], half + 5, 13);
      if (room < 0) rated -= 100; else rated = Math.min(rated, room);
    }
    if (rated > best) { best = rated; found = at; }
  }
  return found;
}
function nameGround() {
  labels.clearLayers();
  data.divisions.forEach(function (division) {
    var box = make("div"), name = tr(division.name), named = aside(division, name);
    box.appendChild(make("span", name));
    if (division.mark) {
      var at = roomiest(division, tr(division.mark[1]), named), mark = make("div");
      mark.appendChild(make("span", tr(division.mark[1]), "mark"));
      label(at[1], at[0], mark, "marks");
    }
    if (division.counts.length) {
      var tally = make("div", undefined, "tally"), sum = 0;
      division.counts.forEach(function (pair) { sum += pair[1]; });
      tally.appendChild(make("div", filled(words.tally, { n: sum }), "sum"));
      division.counts.forEach(function (pair) {
        var line = make("div", tr(data.types[pair[0]].n) + " ", "part");
        line.appendChild(make("b", String(pair[1])));
        tally.appendChild(line);
      });
      box.appendChild(tally);
    }
    label(named[1], named[0], box);
  });
  data.aroundNames.forEach(function (place) {
    var box = make("div", undefined, "division small");
    box.appendChild(make("span", tr(place[2])));
    label(place[0], place[1], box);
  });
}

/* Hazards: [type, level, division, township, sub-kind, unit, [lon, lat, (shape,) name, …], (own cell)]. */
var items = [];
data.hazards.forEach(function (group) {
  var division = data.places[group[2]], township = data.townships[group[3]], row = group[6], i = 0;
  while (i < row.length) {
    var item = { at: [row[i + 1], row[i]], type: group[0], level: group[1], division: division,
      township: township && township !== division ? township : "", sub: data.subs[group[4]], unit: data.units[group[5]],
      grid: group[7] || data.types[group[0]].c, on: false };
    i += 2;
    if (Array.isArray(row[i])) item.shape = row[i++];
    item.name = row[i++];
    item.world = world(item.at);
    items.push(item);
  }
});
function rank(level) { return level || 5; }
items.forEach(function (item, index) { item.index = index; });
items.sort(function (a, b) { return rank(a.level) - rank(b.level) || a.index - b.index; });
function title(item) { return item.name || tr(item.sub || data.types[item.type].n); }
function place(item) { return item.township ? tr(item.division) + " " + item.township : tr(item.division); }
function text(item) {
  if (!item.text) {
    var parts = [item.name, item.division, item.township, item.unit, item.sub, data.types[item.type].n];
    item.text = parts.concat(parts.map(function (part) { return data.english[part] || ""; })).join(" ").toLowerCase();
  }
  return item.text;
}
function drawn(item) {
  if (!item.shape || item.layer) return item.layer;
  var kind = item.shape[0], parts = item.shape.slice(1).map(function (ring) {
    return ring.map(function (p) { return [p[1], p[0]]; });
  });
  var style = { interactive: false, color: item.level === 3 ? "#8a7d00" : colours[item.level], weight: kind === "l" ? 4 : 2, fillColor: colours[item.level], fillOpacity: 0.35 };
  if (kind === "l") item.layer = L.polyline(parts, style);
  if (kind === "p") item.layer = L.polygon(parts.map(function (r) { return [r]; }), style);
  return item.layer;
}
var shapes = L.layerGroup().addTo(map), signs = new Signs({ pane: "signs", padding: 0.3 }), popup = L.popup({ maxWidth: 320, autoPanPadding: [20, 20] });
function detail(item, others) {
  var box = make("div"), type = data.types[item.type];
  box.appendChild(make("h3", title(item)));
  var line = make("p");
  line.appendChild(make("span", tr(words.levels[item.level]), "badge l" + item.level));
  line.appendChild(document.createTextNode(" " + tr(type.n) + (item.sub ? tr(words.dot) + tr(item.sub) : "")));
  box.appendChild(line);
  box.appendChild(make("p", place(item)));
  if (item.unit) box.appendChild(make("p", tr(words.unit) + item.unit));
  if (type.a) box.appendChild(make("p", tr(type.a), "advice"));
  box.appendChild(make("small", tr(item.grid >= 1000 ? words.near1000 : words.near100)));
  if (others && others.length > 1) {
    box.appendChild(make("p", filled(words.stacked, { n: others.length }), "note"));
    others.filter(function (other) { return other !== item; }).slice(0, 12).forEach(function (other) {
      box.appendChild(button(title(other), "stacked l" + other.level, function () { open(other, others); }));
    });
  }
  return box;
}
function open(item, others) { popup.setLatLng(item.at).setContent(detail(item, others)).openOn(map); }
/* Everything under a point of the window: signs within reach, lines and areas that hold it. */
function stack(point) {
  return items.filter(function (item) {
    if (!item.on) return false;
    if (item.layer && item.layer._containsPoint(point)) return true;
    return Math.hypot(item.x - point.x, item.y - point.y) <= radiusFor(item.level) + 4;
  });
}

/* Filters and list. */
var off = { levels: {}, types: {} }, search = byId("search"), around = null;
var list = byId("list"), found = byId("found"), further = byId("further"), STEP = 100, listed = STEP, hits = [];
function choice(group, key, caption, number, picture) {
  var line = make("label", undefined, "choice"), box = make("input");
  box.type = "checkbox";
  box.checked = !off[group][key];
  box.addEventListener("change", function () { if (box.checked) delete off[group][key]; else off[group][key] = true; apply(); });
  line.appendChild(box);
  line.appendChild(picture);
  line.appendChild(make("span", caption));
  line.appendChild(make("span", String(number), "n"));
  byId(group).appendChild(line);
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
function choices() {
  var levels = [0, 0, 0, 0, 0], types = data.types.map(function () { return 0; });
  items.forEach(function (item) { levels[item.level]++; types[item.type]++; });
  byId("levels").textContent = byId("types").textContent = "";
  [1, 2, 3, 4, 0].forEach(function (level) {
    if (levels[level] || level) choice("levels", level, tr(words.levels[level]), levels[level], plain(level));
  });
  data.types.forEach(function (type, index) {
    if (types[index]) choice("types", index, tr(type.n), types[index], swatch(index, 0));
  });
}
function kilometres(a, b) {
  var rad = Math.PI / 180, dx = (b[1] - a[1]) * rad * Math.cos((a[0] + b[0]) / 2 * rad), dy = (b[0] - a[0]) * rad;
  return 6371.0088 * Math.sqrt(dx * dx + dy * dy);
}
function apply() {
  var word = search.value.trim().toLowerCase();
  listed = STEP;
  hits = items.filter(function (item) {
    item.km = around ? kilometres(around.at, item.at) : 0;
    var fits = !off.levels[item.level] && !off.types[item.type] && (!around || item.km <= around.km) && (!word || text(item).indexOf(word) >= 0);
    if (item.shape && drawn(item) && fits !== item.on) { if (fits) shapes.addLayer(item.layer); else shapes.removeLayer(item.layer); }
    item.on = fits;
    return fits;
  });
  if (around) hits.sort(function (a, b) { return a.km - b.km || a.index - b.index; });
  found.textContent = filled(words.found, { n: hits.length });
  list.textContent = "";
  enlist(0);
  signs.redraw();
  remember();
}
function enlist(from) {
  var some = document.createDocumentFragment();
  hits.slice(from, listed).forEach(function (item) {
    var line = make("li"), shown = button(title(item), "l" + item.level, function () {
      byId("panel").classList.remove("open");
      byId("drawer").setAttribute("aria-expanded", "false");
      map.setView(item.at, Math.max(map.getZoom(), 12));
      open(item);
    });
    var facts = [tr(words.levels[item.level]), tr(data.types[item.type].n), place(item)];
    if (around) facts.push(filled(words.away, { km: item.km.toFixed(1) }));
    shown.appendChild(make("small", facts.join(tr(words.dot))));
    if (around && data.types[item.type].a) shown.appendChild(make("small", tr(data.types[item.type].a), "advice"));
    line.appendChild(shown);
    some.appendChild(line);
  });
  list.appendChild(some);
  further.hidden = hits.length <= listed;
}
further.addEventListener("click", function () {
  var from = listed;
  listed += STEP;
  enlist(from);
  list.children[from].firstChild.focus();
});
var waiting;
search.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(apply, 150); });
byId("reset").addEventListener("click", function () {
  off = { levels: {}, types: {} };
  search.value = "";
  forget();
  choices();
  map.fitBounds(data.bounds);
  apply();
});

/* What is near me: a place that people type or click, in a circle around it. */
var circle = null, answer = byId("answer"), pick = byId("pick"), picking = false;
function gazetteer() {
  var known = {}, all = [];
  function add(name, at) { if (name) all.push({ name: name, at: at }); }
  data.divisions.forEach(function (division) {
    var at = [division.at[1], division.at[0]];
    add(division.name, at);
    if (tr(division.name) !== division.name) add(tr(division.name), at);
  });
  items.forEach(function (item) {
    if (!item.township) return;
    var key = item.division + " " + item.township, sum = known[key] = known[key] || [0, 0, 0];
    sum[0] += item.at[0]; sum[1] += item.at[1]; sum[2]++;
  });
  Object.keys(known).sort().forEach(function (key) { add(key, [known[key][0] / known[key][2], known[key][1] / known[key][2]]); });
  data.villages.forEach(function (village) { add(village[2], [village[1], village[0]]); });
  return all;
}
var places = gazetteer();
function suggest() {
  var seen = {};
  byId("places").textContent = "";
  places.forEach(function (entry) {
    if (seen[entry.name]) return;
    seen[entry.name] = true;
    byId("places").appendChild(make("option")).value = entry.name;
  });
}
function located(typed) {
  var numbers = (typed.match(/\d+(?:\.\d+)?/g) || []).map(Number);
  var lon = numbers.filter(function (n) { return n > 115 && n < 123; })[0], lat = numbers.filter(function (n) { return n > 37 && n < 43; })[0];
  if (numbers.length === 2 && lon && lat) return [{ name: typed, at: [lat, lon] }];
  var exact = places.filter(function (entry) { return entry.name === typed || entry.name.split(" ").pop() === typed; });
  if (exact.length) return exact;
  var partly = places.filter(function (entry) { return entry.name.indexOf(typed) >= 0; });
  if (partly.length) return partly;
  return items.filter(function (item) { return (item.name + item.unit).indexOf(typed) >= 0; }).slice(0, 20)
    .map(function (item) { return { name: title(item), at: item.at }; });
}
function settle(entry, keep) {
  around = { at: entry.at, name: entry.name, km: Number(byId("radius").value) };
  if (circle) circle.remove();
  circle = L.circle(entry.at, { radius: around.km * 1000, interactive: false, color: css("--accent"), weight: 2, dashArray: "6 4", fillOpacity: 0.06 }).addTo(map);
  byId("leave").hidden = false;
  if (!keep) map.fitBounds(circle.getBounds(), { maxZoom: 14 });
  apply();
  tell();
}
function tell() {
  if (!around) return;
  answer.textContent = filled(words.nearby, { place: tr(around.name), km: around.km, n: hits.length }) + tr(words.caveat);
}
function forget() {
  around = null;
  if (circle) circle.remove();
  circle = null;
  answer.textContent = "";
  byId("place").value = "";
  byId("leave").hidden = true;
  choose(false);
}
function choose(yes) {
  picking = yes;
  pick.setAttribute("aria-pressed", String(yes));
  map.getContainer().classList.toggle("picking", yes);
  if (yes) { answer.textContent = tr(words.picking); byId("panel").classList.remove("open"); }
}
byId("near").addEventListener("submit", function (event) {
  event.preventDefault();
  var typed = byId("place").value.trim(), candidates = typed ? located(typed) : [];
  if (!candidates.length) { answer.textContent = filled(words.nowhere, { place: typed }); return; }
  if (candidates.length === 1) { settle(candidates[0]); return; }
  answer.textContent = filled(words.several, { n: candidates.length });
  candidates.slice(0, 12).forEach(function (entry) {
    answer.appendChild(button(entry.name, "stacked", function () { settle(entry); }));
  });
});
byId("radius").addEventListener("change", function () { if (around) settle(around); });
byId("leave").addEventListener("click", function () { forget(); apply(); });
pick.addEventListener("click", function () { choose(!picking); if (picking) map.getContainer().focus(); else answer.textContent = ""; });
function picked(at) {
  choose(false);
  settle({ name: at.lat.toFixed(4) + ", " + at.lng.toFixed(4), at: [at.lat, at.lng] });
}
map.on("click", function (event) {
  if (picking) { picked(event.latlng); return; }
  var all = stack(event.layerPoint);
  if (all.length) open(all[0], all);
});
map.getContainer().addEventListener("keydown", function (event) {
  if (picking && event.key === "Enter") picked(map.getCenter());
  if (event.key === "Escape") { choose(false); map.closePopup(); }
});
map.on("mousemove", function (event) {
  map.getContainer().classList.toggle("pointing", !picking && stack(event.layerPoint).length > 0);
});

/* The address holds the view, so a link shows what its sender saw. */
var quiet = true;
function remember() {
  if (quiet) return;
  var centre = map.getCenter(), parts = ["z=" + map.getZoom().toFixed(2), "at=" + centre.lat.toFixed(4) + "," + centre.lng.toFixed(4)];
  if (Object.keys(off.levels).length) parts.push("levels=" + Object.keys(off.levels).join("."));
  if (Object.keys(off.types).length) parts.push("types=" + Object.keys(off.types).join("."));
  if (search.value.trim()) parts.push("q=" + encodeURIComponent(search.value.trim()));
  if (around) parts.push("near=" + around.at[0].toFixed(4) + "," + around.at[1].toFixed(4) + "," + around.km);
  if (tongue !== data.language) parts.push("lang=" + tongue);
  var hash = "#" + parts.join("&");
  if (hash === location.hash) return;
  try { history.replaceState(null, "", hash); } catch (refused) { location.replace(hash); }
}
function numbers(value, n) {
  var list = (value || "").split(",").map(Number);
  return list.length === n && list.every(isFinite) ? list : null;
}
function keys(value) {
  var known = {};
  (value || "").split(".").forEach(function (key) { if (/^\d{1,2}$/.test(key)) known[key] = true; });
  return known;
}
function restore() {
  var given = {};
  location.hash.slice(1).split("&").forEach(function (part) { var cut = part.indexOf("="); if (cut > 0) given[part.slice(0, cut)] = part.slice(cut + 1); });
  var at = numbers(given.at, 2), near = numbers(given.near, 3), zoom = Number(given.z);
  quiet = true;
  off = { levels: keys(given.levels), types: keys(given.types) };
  try { search.value = decodeURIComponent(given.q || "").slice(0, 100); } catch (broken) { search.value = ""; }
  if (given.lang !== "en" && given.lang !== "zh") given.lang = tongue;
  if (given.lang !== tongue || !spoken) speak(given.lang); else choices();
  if (at && isFinite(zoom) && given.z) map.setView(at, zoom, { animate: false }); else map.fitBounds(data.bounds);
  if (near && near[2] > 0) { byId("radius").value = String([1, 3, 5, 10].filter(function (km) { return km >= near[2]; })[0] || 10); settle({ name: near[0] + ", " + near[1], at: [near[0], near[1]] }, Boolean(at)); }
  else { forget(); apply(); }
  quiet = false;
}
window.addEventListener("hashchange", restore);
map.on("moveend", remember);
byId("copy").addEventListener("click", function () {
  var field = make("textarea", location.href), done = false;
  document.body.appendChild(field).select();
  try { done = document.execCommand("copy"); } catch (refused) { done = false; }
  field.remove();
  byId("copy").textContent = tr(done ? words.copied : words.uncopied);
  setTimeout(function () { byId("copy").textContent = tr(byId("copy").dataset.t); }, 2500);
});

/* Languages, colours, paper. */
var spoken = false;
function speak(language) {
  spoken = true;
  tongue = language;
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  document.querySelectorAll("[data-t]").forEach(function (e) { e.textContent = tr(e.dataset.t); });
  document.querySelectorAll("[data-label]").forEach(function (e) { e.setAttribute("aria-label", tr(e.dataset.label)); });
  document.querySelectorAll("[data-hint]").forEach(function (e) { e.placeholder = tr(e.dataset.hint); });
  Array.prototype.forEach.call(byId("radius").options, function (option) { option.value = option.value.split(" ")[0]; option.text = filled(words.within, { km: option.value }); });
  var other = byId("language");
  other.textContent = language === "en" ? "中文" : "English";
  other.lang = language === "en" ? "zh-CN" : "en";
  north.textContent = tr(words.north);
  north.setAttribute("aria-label", tr(words.northLabel));
  document.querySelector(".leaflet-control-zoom-in").setAttribute("aria-label", tr(words.larger));
  document.querySelector(".leaflet-control-zoom-out").setAttribute("aria-label", tr(words.smaller));
  document.querySelectorAll(".leaflet-control-zoom a").forEach(function (a) { a.title = a.getAttribute("aria-label"); });
  map.closePopup();
  choices();
  numbersTable();
  nameGround();
  places = gazetteer();
  suggest();
}
byId("language").addEventListener("click", function () { speak(tongue === "en" ? "zh" : "en"); apply(); tell(); });
var night = window.matchMedia ? matchMedia("(prefers-color-scheme: dark)") : { matches: false };
function shade(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").setAttribute("aria-pressed", String(dark));
  colourGround();
}
byId("theme").addEventListener("click", function () { shade(document.documentElement.dataset.theme !== "dark"); });
/* Browsers print a stamped canvas picture by picture and may lose a covered one: paper gets one flat picture. */
var flat = make("canvas", undefined, "flat");
flat.setAttribute("aria-hidden", "true");
function flatten() {
  var frame = map.getContainer().getBoundingClientRect(), pen = flat.getContext("2d");
  flat.width = 2 * frame.width;
  flat.height = 2 * frame.height;
  pen.scale(2, 2);
  ["under", "overlayPane", "signs"].forEach(function (pane) {
    map.getPane(pane).querySelectorAll("canvas").forEach(function (canvas) {
      var box = canvas.getBoundingClientRect();
      pen.drawImage(canvas, box.left - frame.left, box.top - frame.top, box.width, box.height);
    });
  });
  map.getContainer().appendChild(flat);
}
function paper(yes) {
  if (document.body.classList.contains("paper") === yes) return;
  var box = map.getBounds(), quietly = quiet, retina = L.Browser.retina;
  quiet = true;
  document.body.classList.toggle("paper", yes);
  L.Browser.retina = yes || retina;
  map.invalidateSize({ animate: false });
  map.fitBounds(box, { animate: false });
  L.Browser.retina = retina;
  if (yes) flatten(); else flat.remove();
  quiet = quietly;
}
window.addEventListener("beforeprint", function () { paper(true); });
window.addEventListener("afterprint", function () { paper(false); });
byId("print").addEventListener("click", function () { window.print(); });
var drawer = byId("drawer"), panel = byId("panel");
drawer.addEventListener("click", function () { drawer.setAttribute("aria-expanded", String(panel.classList.toggle("open"))); });

/* Numbers of the types that are public as numbers only. */
function numbersTable() {
  var table = byId("counts");
  if (!table) return;
  table.textContent = "";
  var head = table.createTHead().insertRow(), body = table.createTBody();
  words.countHeads.forEach(function (text) { var cell = make("th", tr(text)); cell.scope = "col"; head.appendChild(cell); });
  data.counts.forEach(function (row) {
    var line = body.insertRow();
    [tr(row[0]), tr(data.types[row[1]].n), row[2]].forEach(function (text) { line.appendChild(make("td", String(text))); });
  });
}
function closeness() { map.getContainer().classList.toggle("near", map.getZoom() >= data.tallyZoom); }
var north = make("div", "", "north");
north.setAttribute("role", "img");
var North = L.Control.extend({ onAdd: function () { return north; } });
new North({ position: "topright" }).addTo(map);
L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
map.on("zoomend", closeness);
map.on("zoomend", nameGround);
shade(night.matches);
signs.addTo(map);
restore();
closeness();
document.documentElement.dataset.ready = String(items.length);
