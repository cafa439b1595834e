// What Streamlit leaves undone for those who have the keyboard alone or hear the page. live.py gives
// the words and calls this function with each run of the page; what an earlier run has set up, it
// takes down first.
(words) => {
  window.cepasimKeys?.abort();
  const {signal} = window.cepasimKeys = new AbortController();
  const put = (e, name, value) => { if (e.getAttribute(name) !== value) e.setAttribute(name, value); };
  const both = (one, other) => words.both.replace(/{lever}|{what}/g, m => m === "{what}" ? other : one);

  // Names that say of what: a lever's details, the help on a heading, the button of a scenario.
  const LEVERS = ["-on ", "-details ", "-controls"]
    .map(end => `[data-testid=stSidebar] [class*="st-key-lever-"][class*="${end}"]`).join();
  const name = () => {
    let lever = "", details = "";
    for (const part of document.querySelectorAll(LEVERS)) {
      lever = part.querySelector("input[role=switch]")?.getAttribute("aria-label") ?? lever;
      if (part.className.includes("-controls")) {
        put(part, "role", "group");
        put(part, "aria-label", details);
      } else for (const button of part.querySelectorAll("button[kind=tertiary]")) {
        details = both(lever, button.querySelector("p")?.textContent ?? "");
        const icon = button.querySelector("[data-testid=stIconMaterial]")?.textContent;
        put(button, "aria-label", details);
        put(button, "aria-expanded", String(icon === "expand_less"));
      }
    }
    for (const help of document.querySelectorAll(":is(h2, h3, h4) button[aria-label=Help]"))
      put(help, "aria-label", `Help for ${help.closest("h2, h3, h4").textContent.trim()}`);
    for (const open of document.querySelectorAll("[class*=st-key-open-] button")) {
      const row = open.closest("[data-testid=stHorizontalBlock]");
      put(open, "aria-label", both(open.textContent, row?.querySelector("strong")?.textContent ?? ""));
    }
    // A slider is named by itself and by its group, which say the same.
    for (const slider of document.querySelectorAll("[data-testid=stSlider] input[aria-labelledby]"))
      if (slider.hasAttribute("aria-label")) slider.removeAttribute("aria-labelledby");
    // The inside of a grid is no stop of its own.
    for (const inside of document.querySelectorAll(".dvn-scroller")) put(inside, "tabindex", "-1");
  };

  // Names that the framework gives, in English alone.
  const translate = () => {
    if (!Object.keys(words.labels).length) return;
    for (const e of document.querySelectorAll("[aria-label], [placeholder]"))
      for (const kind of ["aria-label", "placeholder"]) {
        const said = e.getAttribute(kind) ?? "";
        const [, head, rest] = said.match(/^(Help) for (.+)$/s) ?? said.match(/^([^:]+): (.+)$/s)
          ?? ["", said];
        const label = words.labels[head];
        if (label) put(e, kind, rest ? both(label, rest) : label);
      }
    for (const tip of document.querySelectorAll("[data-testid=stTooltipContent] p")) {
      const label = words.labels[tip.textContent];
      if (label) tip.textContent = label;
    }
  };

  // The focus is not lost with what had it: it goes to the heading of a new page, and else to what
  // came in its place, or to what stands before that.
  const STOPS = "a[href], button, input, textarea, summary, canvas";
  const seen = e => e.isConnected && e.checkVisibility() && !e.disabled;
  const called = e => [e.tagName, e.getAttribute("aria-label") ?? e.textContent].join(" ")
    .replace(/keyboard_arrow_(right|down)/, "");
  const stops = where => [...document.querySelectorAll(where)].filter(e => e.tabIndex >= 0);
  const heading = () => document.querySelector(".cs-title h1");
  const POPOVER = "[data-testid=stPopoverBody]", OPENER = "[aria-haspopup=dialog][aria-expanded=true]";
  const focus = window.cepasimFocus ??= {keys: false, at: null, lever: null};
  const remember = ({target}) => {
    const box = target.closest(POPOVER);
    const all = stops(box ? `:is(${OPENER}, ${POPOVER} :is(${STOPS}))` : STOPS);
    if (target.closest("[class*=st-key-lever-]")) focus.lever = target;
    focus.at = {
      target, box,
      key: target.closest("[class*=st-key-]")?.className.match(/st-key-\S+/)[0],
      before: all.slice(0, all.indexOf(target) + 1).reverse().map(called),
      path: location.pathname,
      title: heading()?.textContent,
      leads: false,
    };
  };
  const regain = () => {
    const {keys, at} = focus;
    if (!keys || !at) return;
    const lost = document.activeElement === document.body && !seen(at.target);
    const elsewhere = at.path !== location.pathname;
    if (elsewhere ? lost || at.leads : lost && at.target.matches("h1")) {
      // The heading of the former page stands for a moment yet.
      if (elsewhere && heading()?.textContent === at.title || !heading()) return;
      heading().tabIndex = -1;
      heading().focus();
    } else if (lost && !document.querySelector("[data-test-script-state=running]")) {
      // Not out of a box that is open: it may only be drawn anew.
      const within = at.box && document.querySelector(POPOVER) ? POPOVER : "body";
      const there = stops(`${within} :is(${STOPS})`).filter(seen);
      const names = there.map(called);
      const place = there.find(e => at.key && e.closest(`.${CSS.escape(at.key)}`))
        ?? there[names.indexOf(at.before.find(name => names.includes(name)))]
        ?? (at.box && there[0]);
      place?.focus();
    }
  };

  document.addEventListener("focusin", remember, {signal});
  document.addEventListener("pointerdown", () => { focus.keys = false; }, {signal, capture: true});
  document.addEventListener("keydown", event => {
    focus.keys = true;
    // In a grid arrows go from cell to cell; Tab leaves it instead of going through every column.
    if (event.key === "Tab" && event.target.closest("[data-testid=stDataFrame]"))
      event.stopPropagation();
  }, {signal, capture: true});
  document.addEventListener("click", ({target, detail}) => {
    const jump = target.closest(".cs-jump");
    if (jump) document.querySelector(`.cs-skips [data-to=${jump.dataset.to}]`)?.click();
    // Who takes a link by a key wants to read the page; a click of the mouse counts itself.
    if (!detail && focus.at && target.closest("[data-testid=stTopNavLink]")) focus.at.leads = true;
  }, {signal, capture: true});

  const mark = () => {
    name();
    translate();
    // Not before the page stands still: what is drawn anew is away for a moment.
    clearTimeout(focus.later);
    focus.later = setTimeout(regain, 150);
  };
  const watcher = new MutationObserver(mark);
  watcher.observe(document.body, {
    childList: true, subtree: true,
    attributes: true, attributeFilter: ["aria-label", "data-test-script-state"],
  });
  signal.addEventListener("abort", () => watcher.disconnect());
  mark();
};
