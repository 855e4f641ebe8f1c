"use strict";
var data = JSON.parse(document.getElementById("data").textContent), tongue = "zh", root = document.documentElement;
function byId(id) { return document.getElementById(id); }
/* Chinese sentences are the keys; English is a table beside them. */
function tr(text) { return tongue === "en" && Object.prototype.hasOwnProperty.call(data.english, text) ? data.english[text] : text; }
function speak(language) {
  tongue = language;
  root.lang = language === "en" ? "en" : "zh-CN";
  document.querySelectorAll("[data-t]").forEach(function (element) { element.textContent = tr(element.dataset.t); });
  document.querySelectorAll("[data-label]").forEach(function (element) { element.setAttribute("aria-label", tr(element.dataset.label)); });
  var other = byId("language");
  other.textContent = language === "en" ? "中文" : "English";
  other.lang = language === "en" ? "zh-CN" : "en";
}
function shade(dark) {
  if (dark) root.dataset.theme = "dark"; else delete root.dataset.theme;
  byId("theme").setAttribute("aria-pressed", String(dark));
}
byId("language").addEventListener("click", function () { speak(tongue === "en" ? "zh" : "en"); });
byId("theme").addEventListener("click", function () { shade(root.dataset.theme !== "dark"); });
byId("print").addEventListener("click", function () { window.print(); });
shade(window.matchMedia("(prefers-color-scheme: dark)").matches);
if (data.language === "en") speak("en");
