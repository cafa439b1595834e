// What Streamlit leaves to be done in the browser. live.py gives the words and calls this function
// with each run of the page; what an earlier run has set up, it takes down first.
(words) => {
  document.documentElement.lang = words.language;

  // Words of the framework.
  const DRAWN = "[data-testid=stFileUploaderDropzone], [role=listbox], [role=menu], "
    + "[role=menuitem], [role=dialog], [role=tooltip], [data-testid=stTooltipContent], "
    + "[data-testid=stStatusWidget]";
  const foreign = words.foreign.map(([said, put]) => {
    const plain = said.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const some = plain.replace("#", "([0-9]+)");
    return [new RegExp(`^${some}(?= •|$)`), put.replace("#", "$$1")];
  });
  const translate = () => {
    if (!foreign.length) return;
    for (const part of document.querySelectorAll(DRAWN)) {
      const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) for (const [said, put] of foreign)
        if (said.test(texts.currentNode.nodeValue)) {
          texts.currentNode.nodeValue = texts.currentNode.nodeValue.replace(said, put);
          break;
        }
    }
  };

  // Names of grids, rows of tabs and tables of a text.
  const name = () => {
    const title = document.querySelector(".cs-title h1")?.textContent;
    const named = (e, name) => { if (name) e.setAttribute("aria-label", name); };
    for (const grid of document.querySelectorAll("[data-testid=stDataFrame] [role=grid]"))
      named(grid, grid.closest("[role=region]")?.getAttribute("aria-label"));
    for (const tabs of document.querySelectorAll("[role=tablist]:not([aria-label])"))
      named(tabs, title);
    let heading = title;
    const bare = "table:not([aria-label]):not(:has(caption))";
    const texts = `[data-testid=stMain] :is(h2,h3,h4,${bare})`;
    for (const part of document.querySelectorAll(texts))
      part.matches("table") ? named(part, heading) : heading = part.textContent;
  };

  // The headline, read aloud once.
  const tell = () => {
    let told = document.querySelector(".cs-said");
    if (!told) {
      told = document.body.appendChild(document.createElement("div"));
      told.className = "cs-said";
      told.setAttribute("role", "status");
    }
    const news = document.querySelector(".cs-headline")?.dataset.said
      ?? [...document.querySelectorAll(".cs-card > *")].map(part => part.textContent).join(" ");
    if (news && told.textContent !== news) told.textContent = news;
  };

  // The first stops of the keyboard.
  const skips = {
    levers: "[data-testid=stSidebar] [data-testid=stCheckbox] input",
    result: ".cs-cards",
    tools: ".st-key-ranges input",
    // Where levers stand before them in the order of the keyboard.
    pages: "body:has([data-testid=stSidebar] input) [data-testid=stTopNavLink]",
    scenarios: "[class*=st-key-open-] button",
  };
  const go = where => {
    if (where.includes("stSidebar"))
      document.querySelector("[data-testid=stExpandSidebarButton]:not([hidden])")?.click();
    const last = window.cepasimFocus?.lever;
    const place = where === skips.levers && last?.isConnected ? last
      : document.querySelector(`${where}:checked`) ?? document.querySelector(where);
    if (!place) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus();
    place.scrollIntoView({block: "center"});
  };
  const skip = () => {
    const own = document.querySelector("[data-testid=stSkipToContent]");
    if (own && own.textContent !== words.skip) own.textContent = words.skip;
    let bar = document.querySelector(".cs-skips");
    if (!bar) {
      bar = document.createElement("nav");
      bar.className = "cs-skips";
      for (const to in skips) bar.appendChild(document.createElement("button")).dataset.to = to;
      document.body.prepend(bar);
    }
    bar.setAttribute("aria-label", words.skip);
    for (const link of bar.children) {
      const where = skips[link.dataset.to], said = words[link.dataset.to];
      link.onclick = () => go(where);
      if (link.textContent !== said) link.textContent = said;
      const there = document.querySelector(where) !== null;
      if (link.hidden === there) link.hidden = !there;
    }
  };

  // What a key opens has the keyboard. It comes late, is drawn anew while its contents come, and
  // gives the focus back to its button meanwhile: the focus is put into it until the reader does
  // something, goes elsewhere, or has waited for long.
  const OPENER = "[data-testid=stPopover] button";
  const STEP = 50, GIVEN_UP = 600;
  const leave = () => clearInterval(window.cepasimEnters);
  const enter = () => {
    leave();
    let asked = 0;
    window.cepasimEnters = setInterval(() => {
      const body = document.querySelector("[data-testid=stPopoverBody]");
      const at = document.activeElement;
      if (body?.contains(at)) return;
      const elsewhere = at !== document.body && !at.closest(OPENER);
      if (++asked === GIVEN_UP || elsewhere) return leave();
      // The first that takes it: what is hidden or not to be used now does not.
      for (const e of body?.querySelectorAll("button, input, textarea, a[href]") ?? []) {
        e.focus();
        if (document.activeElement === e) break;
      }
    }, STEP);
  };

  const pressed = ({target, detail}) => {
    // The sheet with the pages leaves a phone to the page.
    if (target.closest("[data-testid=stSidebarNav] a") && matchMedia("(max-width: 767px)").matches)
      document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
    // A click of the mouse counts itself, one of a key does not.
    if (!detail && target.closest(OPENER)) enter();
  };

  const mark = () => { skip(); tell(); name(); translate(); };
  window.cepasimPressed?.abort();
  const {signal} = window.cepasimPressed = new AbortController();
  document.addEventListener("click", pressed, {signal});
  // Before the click that a key makes.
  for (const does of ["keydown", "pointerdown"])
    document.addEventListener(does, leave, {signal, capture: true});
  window.cepasimLive?.disconnect();
  window.cepasimLive = new MutationObserver(mark);
  window.cepasimLive.observe(document.body, {childList: true, subtree: true});
  mark();
};
