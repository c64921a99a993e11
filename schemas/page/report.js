"use strict";
// Tables sort by a click on a heading and filter by words; without this script they are read as they stand.
(function () {
  function key(row, index, isNumber) {
    var cell = row.cells[index];
    var said = cell.dataset.key === undefined ? cell.textContent : cell.dataset.key;
    if (!isNumber) { return said.toLowerCase(); }
    return said === "" ? null : Number(said.replace(/[$,%]/g, ""));
  }

  function compare(a, b, way) {
    if (a === b) { return 0; }
    if (a === null) { return 1; }
    if (b === null) { return -1; }
    return (a < b ? -1 : 1) * way;
  }

  function sort(table, heading) {
    var way = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    var isNumber = heading.classList.contains("number");
    var rows = Array.from(table.tBodies[0].rows).map(function (row, at) {
      return { row: row, at: at, key: key(row, heading.cellIndex, isNumber) };
    });
    rows.sort(function (a, b) { return compare(a.key, b.key, way) || a.at - b.at; });
    rows.forEach(function (item) { table.tBodies[0].appendChild(item.row); });
    Array.from(heading.parentNode.cells).forEach(function (cell) { cell.setAttribute("aria-sort", "none"); });
    heading.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
  }

  function makeSortable(table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (heading) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      heading.textContent = "";
      heading.appendChild(button);
      heading.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () { sort(table, heading); });
    });
  }

  function makeFilter(table) {
    var rows = Array.from(table.tBodies[0].rows).map(function (row) {
      var said = Array.from(row.cells).map(function (cell) { return cell.textContent.toLowerCase(); });
      return { row: row, said: said.join(" ") };
    });
    var tools = document.createElement("div");
    var label = document.createElement("label");
    var input = document.createElement("input");
    var told = document.createElement("output");
    tools.className = "tools";
    label.textContent = "Filter";
    input.type = "search";
    input.setAttribute("aria-label", "Filter: " + table.caption.textContent);
    label.appendChild(input);
    tools.appendChild(told);
    tools.appendChild(label);
    table.closest(".table").prepend(tools);
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0;
      rows.forEach(function (item) {
        item.row.hidden = !words.every(function (word) { return item.said.includes(word); });
        shown += item.row.hidden ? 0 : 1;
      });
      told.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
    });
  }

  Array.from(document.querySelectorAll("table")).forEach(function (table) {
    var count = table.tBodies[0].rows.length;
    if (count > 1) { makeSortable(table); }
    if (count > 11) { makeFilter(table); }
  });

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });
})();
