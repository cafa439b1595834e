"""Style sheets of the front end, and the heading of its pages."""

from __future__ import annotations

from html import escape

from cepasim.core.language import SOURCE, current_language, tr
from cepasim.report import html
from cepasim.report.look import INK, LINE, MUTED
from cepasim.ui import letters

#: Where the keyboard is: dark enough to be seen beside the blue of buttons, too.
_FOCUS = "#1B1F24"

_WIDGETS = f"""
.cs-title {{display:flex; gap:.1rem .75rem; align-items:baseline; flex-wrap:wrap; margin:0;}}
.cs-title h1 {{font-size:1.3rem; line-height:1.2; padding:0; margin:0;}}
.cs-title p {{color:{MUTED}; font-size:.8rem; line-height:1.3; margin:0; width:100%;}}
.cs-headline {{display:grid; font-size:1.02rem; line-height:1.4; color:{INK}; margin:.2rem 0 0;}}
.cs-headline > span {{grid-area:1/1;}}
.cs-room {{visibility:hidden;}}
.cs-note {{line-height:1.4;}}
.cs-mind, .cs-beside {{font-size:.86rem; line-height:1.4; margin:0;}}
.cs-mind {{color:{INK}; min-height:2.8em;}}
.cs-beside {{color:{MUTED}; min-height:1.4em;}}
.cs-said {{position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%);
  white-space:nowrap;}}
[data-testid="stMainBlockContainer"] {{max-width:1500px; padding:3.3rem 1.4rem 2rem;}}
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {{gap:.6rem;}}
[data-testid="stHeader"] {{height:3.1rem; min-height:3.1rem; border-bottom:1px solid {LINE};}}
[data-testid="stAlert"] [data-testid="stAlertContainer"] {{padding:.5rem .8rem; min-height:0;
  color:{INK};}}
[data-testid="stAlert"] p {{font-size:.86rem; color:{INK};}}
[data-testid="stMarkdownContainer"] h2 {{font-size:1rem; padding:.5rem 0 1rem; letter-spacing:0;}}
[data-testid="stMarkdownContainer"] h3 {{font-size:.92rem; padding:.375rem 0 1rem;
  letter-spacing:0;}}
[class*="st-key-text-page"] h2 {{font-size:1.5rem; font-weight:700; padding:1.25rem 0 1rem;}}
[class*="st-key-text-page"] h3 {{font-size:1.25rem; padding:1rem 0;}}
[class*="st-key-text-page"] h4 {{font-size:1.1rem; padding:.75rem 0 1rem;}}
[class*="st-key-text-page"] h5 {{font-size:1rem; padding:.5rem 0 1rem;}}
[data-testid="stSidebarHeader"] {{height:2.4rem; min-height:0; padding-top:.4rem;
  padding-bottom:0; margin-bottom:0;}}
[data-testid="stSidebarUserContent"] {{padding-top:0;}}
[data-testid="stSidebar"] [data-testid="stVerticalBlock"] {{gap:.3rem;}}
[data-testid="stSidebar"] h2 {{font-size:1.02rem; padding:.7rem 0 1.1rem;}}
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p,
[data-testid="stExpander"] summary, [data-testid="stExpander"] summary p {{color:{MUTED} !important;
  opacity:1 !important;}}
[data-testid="stButton"] button p {{white-space:normal; text-align:left;}}
[data-testid="stSidebar"] [data-testid="stMultiSelect"] span {{font-size:.75rem; max-width:100%;}}
[class*="st-key-question"] [data-testid="stButton"] button :is(div,span) {{
  justify-content:flex-start;}}
[data-testid="stSidebar"] [data-testid="stButton"] button {{min-height:0; padding:.1rem .5rem;}}
[data-testid="stSidebar"] button[kind="tertiary"] {{color:{MUTED}; padding:0;}}
[data-testid="stSidebar"] button[kind="tertiary"] p {{font-size:.8rem; line-height:1.25;}}
[class*="st-key-text-page"] [data-testid="stMarkdownContainer"] :is(p,li,pre) {{max-width:62rem;}}
[class*="st-key-text-page"] :is(table,.katex-display) {{display:block; max-width:100%;
  overflow-x:auto;}}
[data-testid="stColumn"] [data-testid="stVerticalBlock"] {{gap:.4rem;}}
[data-testid="stSidebar"] [data-testid="stSlider"] {{padding:0 .5rem; margin-bottom:-.9rem;}}
[data-testid="stSidebar"] [data-testid="stSelectbox"] :is(input,[value],div) {{font-size:.8rem;}}
[data-testid="stSidebar"] [data-testid="stSliderTickBar"] {{display:none;}}
.cs-bars th > span {{display:-webkit-box; -webkit-box-orient:vertical; -webkit-line-clamp:2;
  overflow:hidden;}}
html:not([lang=en]) .cs-bars th > span {{-webkit-line-clamp:3;}}
[data-testid="stCode"] .token {{color:{INK} !important;}}
[data-testid="stCode"] .token:is(.keyword,.boolean,.number) {{color:#0B5CAD !important;}}
[data-testid="stCode"] .token.string {{color:#00695C !important;}}
.st-key-ranges {{position:relative;}}
.st-key-draws {{position:absolute; top:1.45rem; left:0; width:10rem !important;}}
:focus-visible,
:is(label, :is([data-testid="stSelectbox"],[data-testid="stMultiSelect"])
  [role="group"]):has(input:focus-visible),
[data-testid="stSlider"] [data-focus-visible] {{outline:3px solid {_FOCUS} !important;
  outline-offset:2px; border-radius:4px;}}
[data-testid="stSlider"] [data-focus-visible] {{border-radius:50%;}}
:is([data-testid="stSlider"],[data-testid="stSelectbox"],[data-testid="stMultiSelect"])
  input:focus-visible {{outline:none !important;}}
.st-key-sectors-narrow {{display:none !important;}}
@media (max-width: 1200px) {{
  [data-testid="stMain"] [data-testid="stHorizontalBlock"] {{flex-wrap:wrap;}}
  [data-testid="stMain"] [data-testid="stColumn"] {{min-width:min(19rem,100%);}}
}}
@media (max-width: 767px) {{
  [data-testid="stExpandSidebarButton"] {{width:auto !important;}}
  [data-testid="stExpandSidebarButton"]::after {{content:"LEVERS"; font-size:.9rem;
    padding:0 .4rem; color:{INK};}}
  [data-testid="stSidebar"][data-collapsed="false"] {{position:fixed !important; left:0; top:auto;
    bottom:0; height:50dvh !important; width:100% !important; max-width:100% !important;
    min-width:100% !important; z-index:999990; border-top:2px solid {LINE};
    box-shadow:0 -4px 14px #0003;}}
  [data-testid="stSidebarNavItems"] {{display:flex; flex-wrap:wrap; max-height:none !important;}}
  [data-testid="stElementContainer"]:has(.cs-cards) {{position:sticky; top:3.1rem; z-index:20;
    background:#fff; order:-1; padding-bottom:.3rem;}}
  .st-key-speech {{gap:.3rem; right:.4rem;}}
  .st-key-speech button {{padding:.1rem .35rem; font-size:.75rem;}}
  [data-testid="stTabs"] [role="tablist"] {{flex-wrap:wrap;}}
  .st-key-ranges {{margin-bottom:1.1rem;}}
  .st-key-sectors-narrow {{display:flex !important;}}
  [class*="st-key-text-page"] :is(th,td) {{padding:.2rem .3rem !important; font-size:.75rem;}}
  [class*="st-key-text-page"] :is(th,td):first-child:nth-last-child(3) {{min-width:6.4rem;}}
  .cs-table {{font-size:.72rem;}}
  .cs-table th.n, .cs-table th.s {{white-space:normal;}}
  .cs-cards {{grid-template-columns:repeat(3,minmax(0,1fr)) !important; gap:.3rem !important;}}
  .cs-card {{padding:.25rem .4rem .3rem !important;}}
  .cs-card .cs-main, .cs-card:first-child .cs-main {{font-size:1.05rem !important;}}
  .cs-card dt, .cs-card .cs-sub, .cs-card .cs-range {{font-size:.68rem !important;}}
  .cs-card .cs-level {{display:none;}}
  .cs-table {{font-size:.74rem;}}
}}
[data-testid="stTopNav"] .rc-overflow-item-rest p {{font-size:0;}}
[data-testid="stTopNav"] .rc-overflow-item-rest p::after {{content:"MORE"; font-size:.875rem;}}
.st-key-speech {{position:fixed !important; top:.45rem; right:.9rem; z-index:999991;
  width:auto !important;}}
.st-key-speech button {{min-height:1.9rem; padding:.1rem .55rem; font-size:.8rem;}}
[data-testid="stToolbar"] {{padding-right:19rem;}}
:is(.cs-skips button, .cs-jump) {{position:fixed; top:-5rem; left:.6rem; z-index:1000000;
  background:#fff; color:{INK}; border:1px solid {LINE}; border-radius:4px; padding:.4rem .8rem;
  font-size:.9rem;}}
:is(.cs-skips button, .cs-jump):focus {{top:.4rem;}}
[data-testid="stElementContainer"]:has(> * > .cs-jump:only-child) {{position:absolute;}}
@media print {{
  [data-testid="stSidebar"], header, .st-key-speech, .cs-skips, .cs-jump {{display:none;}}
}}
"""


#: Width of the window up to which cards with ranges are so high, rem, in English and in
#: other languages: of the two, Japanese has the longer words.
_WITH_RANGES = (
    (99_999, 8.3, 9.3),
    (1300, 10.3, 11.3),
    (1100, 10.3, 12.4),
    (900, 12.6, 15.5),
    (767, 6.4, 8.2),
    (420, 10.8, 13.5),
)


def sheets() -> str:
    """Return the style of blocks and of Streamlit's own widgets, for the head of every page."""
    widgets = _WIDGETS.replace("LEVERS", tr("Levers and pages")).replace("MORE", tr("More"))
    return f"<style>{letters.faces()}{html.style('blocks')}{widgets}{_room()}</style>"


def _room() -> str:
    """Keep the cards as high as their ranges will make them, while these are awaited."""
    cards = "[data-testid=stMain]:has(.cs-headline > .cs-room) .cs-cards"
    place = 1 if current_language() == SOURCE else 2
    rules = ((high[0], f"{cards} {{min-height:{high[place]}rem;}}") for high in _WITH_RANGES)
    return "".join(f"@media (max-width: {width}px) {{{rule}}}" for width, rule in rules)


def title(text: str, sub: str) -> str:
    """Return a page's heading with a line below it."""
    return f'<div class="cs-title"><h1>{escape(text)}</h1><p>{escape(sub)}</p></div>'


def jump(text: str, place: str) -> str:
    """Return a button that only the keyboard finds, to a place that live.js knows."""
    return f'<button class="cs-jump" data-to="{place}">{escape(text)}</button>'
