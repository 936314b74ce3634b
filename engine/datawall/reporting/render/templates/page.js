"use strict";
// Numbers where a reader points at a figure, and switches for its parts. The page says everything without them.
for (const figure of document.querySelectorAll("figure[data-hover]")) {
  const drawing = figure.querySelector(".drawing");
  const panels = JSON.parse(figure.dataset.hover);
  const tip = document.createElement("div");
  const guide = document.createElement("div");
  tip.className = "tip";
  guide.className = "guide";
  const hide = () => { tip.remove(); guide.remove(); };
  const show = (event) => {
    const area = drawing.querySelector("svg").getBoundingClientRect();
    const x = (event.clientX - area.left) / area.width;
    const y = (event.clientY - area.top) / area.height;
    const panel = panels.find((p) => p.box[0] <= x && x <= p.box[1] && p.box[2] <= y && y <= p.box[3]);
    if (!panel || !panel.notes.length) return hide();
    const [left, right, top, bottom] = panel.box;
    const [start, end] = panel.limits;
    const asked = start + (x - left) / (right - left) * (end - start);
    const near = panel.notes.reduce((a, b) => Math.abs(b[0] - asked) < Math.abs(a[0] - asked) ? b : a);
    const at = left + (near[0] - start) / (end - start) * (right - left);
    tip.textContent = near[1];
    drawing.append(guide, tip);
    guide.style.left = `${at * area.width}px`;
    guide.style.top = `${100 * top}%`;
    guide.style.height = `${100 * (bottom - top)}%`;
    const room = at * area.width + tip.offsetWidth + 12 < area.width;
    tip.style.left = room ? `${at * area.width + 8}px` : `${Math.max(0, at * area.width - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.max(0, y * area.height - tip.offsetHeight / 2)}px`;
  };
  drawing.addEventListener("pointermove", show);
  drawing.addEventListener("pointerdown", show);
  drawing.addEventListener("pointerleave", hide);
}
for (const group of document.querySelectorAll(".toggles")) group.hidden = false;
for (const box of document.querySelectorAll(".toggles input")) {
  box.addEventListener("change", () => {
    for (const part of document.querySelectorAll(`[id^="${box.dataset.group}-"]`)) {
      part.style.display = box.checked ? "" : "none";
    }
  });
}
