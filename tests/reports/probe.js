// Measures the page it stands in and tells the figures to the frame around it.
(() => {
  const colour = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) =>
    [r, g, b]
      .map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = colour(getComputedStyle(e).backgroundColor);
      if (found.a > 0) return found;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const contrast = (element) => {
    const [one, two] = [light(colour(getComputedStyle(element).color)), light(behind(element))];
    return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || parent.closest("script, style, svg, thead")) continue;
    const box = parent.getBoundingClientRect();
    if (box.width && box.height) texts.push(parent);
  }
  const labels = [...document.querySelectorAll("td[data-label]")].map((e) => getComputedStyle(e, "::before"));
  const sizes = texts.map((e) => parseFloat(getComputedStyle(e).fontSize));
  sizes.push(...labels.filter((s) => s.content !== "none").map((s) => parseFloat(s.fontSize)));
  const wide = [...document.querySelectorAll("body *")].filter(
    (e) => !e.closest(".plot > *, .stacked > *") && !e.closest("thead") && e.getBoundingClientRect().right > innerWidth + 0.5,
  );
  const drawn = [...document.querySelectorAll(".plot svg")]
    .filter((svg) => svg.getBoundingClientRect().width)
    .map((svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width);
  const told = {
    width: innerWidth,
    scroll: document.documentElement.scrollWidth,
    wide: wide.map((e) => `${e.tagName}.${e.className}`),
    smallest: Math.min(...sizes),
    contrast: Math.min(...texts.map(contrast)),
    background: getComputedStyle(document.body).backgroundColor,
    pixelsPerPoint: drawn,
    charts: drawn.length,
    headings: [...document.querySelectorAll("h1, h2, h3")].map((h) => h.tagName),
    scripts: document.querySelectorAll("script").length - 1,
  };
  parent.postMessage(JSON.stringify(told), "*");
})();
