"""What a reader must know of tariff levers: where nothing moves, and what the data do not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.countries import COUNTRY
from cepasim.core.fiscal_year import year_in_words
from cepasim.core.language import mark, ntr, separated, tr
from cepasim.core.numbers import mn, two_digits
from cepasim.economy.benchmark import known_product_trade
from cepasim.economy.economy import Economy
from cepasim.economy.lines import NO_LINE
from cepasim.economy.market import Market
from cepasim.equilibrium.preferences import effective_tariff
from cepasim.levers.cuts import Cut
from cepasim.levers.fields import Select
from cepasim.levers.measure import Mask, Measure
from cepasim.levers.rates import RateLever, line_rates
from cepasim.levers.said import BARRED, UNCOUNTED, About, Said, said_on
from cepasim.levers.words import chapters_in_words, country_in_words
from cepasim.products.levels import at_level, chapter_of
from cepasim.products.selection import Complaint

#: Headings named in one note before the rest are counted.
_NAMED = 6
_LONGEST = 60
#: Lines named with their ceilings where a rate lies above them.
_NAMED_CEILINGS = 4
#: Duties of which only the ad-valorem part is in the data.
IN_PART = ("compound", "higher_of", "lower_of", "other")
_WITHOUT_RATE = mark(
    "{number} of the selected lines of {importer} bear specific or mixed duties without a known "
    "ad-valorem rate ({chapters}): they are left as they are, and what they would add is not "
    "counted"
)
_PART_KNOWN = mark(
    "Of {number} selected lines of {importer} with compound or either-or duties ({chapters}) only "
    "the ad-valorem part is known and counted; the specific part is not"
)


def tariff_notes(economy: Economy, measures: Sequence[Measure]) -> Iterator[str]:
    """Say what a reader must know of the tariff levers on one flow, the least surprising first."""
    return _Reading(economy, measures).notes()


def unreachable(
    economy: Economy,
    lever: RateLever,
    cut: Cut,
    select: Select,
    path: tuple[str | int, ...],
) -> Iterator[Complaint]:
    """Say where a formula asks for what no preference can be: more than everybody pays.

    Lines on which everybody pays nothing have no preference to set and do not count.
    """
    if cut.formula not in ("rate", "swiss_average"):
        return
    schedule, selection = (
        economy.markets[lever.importer].schedule,
        economy.classification.select(select),
    )
    chosen = selection.matches(schedule.lines)
    if selection.category is not None:
        chosen = chosen & (schedule.category == selection.category)
    if cut.formula == "swiss_average":
        rates = schedule.line_rates(lever.source, np.array([schedule.rates.base_year]))[0, chosen]
        now = 100 * float(np.nanmean(rates)) if not np.isnan(rates).all() else 0.0
        if cut.percent >= now:
            text = tr(
                "below today's average, {average} % over {number} lines; a formula that leaves "
                "more than is paid cuts nothing",
                average=f"{now:.3g}",
                number=f"{int(chosen.sum()):,}",
            )
            yield Complaint(path, cut.percent, text)
        return
    dutiable = chosen & (np.nan_to_num(schedule.mfn) > 0)
    ceiling = 100 * schedule.mfn
    above = dutiable & (cut.percent > ceiling + 1e-9)
    if not above.any():
        return
    found = np.flatnonzero(above)
    lowest = found[np.argsort(ceiling[found], kind="stable")][:_NAMED_CEILINGS]
    named = separated(f"{schedule.lines[line]} {ceiling[line]:.4g} %" for line in lowest)
    if more := len(found) - len(lowest):
        named = tr(
            "{lines} and {n} more, up to {highest} %",
            lines=named,
            n=f"{more:,}",
            highest=f"{ceiling[found].max():.4g}",
        )
    text = tr(
        "at most the rate that everybody pays (MFN), line by line; that is less on {number} of "
        "{dutiable} dutiable lines selected: {lines}. A preference cannot lie above it: "
        "choose other lines for more, remedy for a duty on top, withdraw to go back to MFN",
        number=f"{len(found):,}",
        dutiable=f"{int(dutiable.sum()):,}",
        lines=named,
    )
    yield Complaint(path, f"{cut.percent:g} %", text)


def _from_to(percent: Floats) -> str:
    low, high = percent.min(), percent.max()
    return f"{low:g}" if low == high else tr("{low}–{high}", low=f"{low:g}", high=f"{high:g}")


class _Reading:
    """The tariff levers on one flow, seen together: rates before and after on every line."""

    def __init__(self, economy: Economy, measures: Sequence[Measure]) -> None:
        self.economy = economy
        self.market: Market = measures[0].market
        lever = measures[0].lever
        assert isinstance(lever, RateLever)
        self.importer, self.source = lever.importer, lever.source
        schedule = self.market.schedule
        listed = schedule.category != NO_LINE
        self.before = schedule.line_rates(self.source, measures[0].years)
        self.after = line_rates(self.before, schedule.mfn, (m.everywhere() for m in measures))
        #: Lines chosen, their rates when the lever begins, and the lines it still finds dutiable.
        self.chosen = np.zeros(len(schedule.lines), dtype=np.bool_)
        self.rate = np.array(self.before[-1])
        for measure in measures:
            self.chosen |= measure.lines & listed
            self.rate[measure.lines] = self.before[measure.first_row, measure.lines]

    def notes(self) -> Iterator[str]:
        """Say all of it, the least surprising first."""
        yield from self._unchanged()
        yield from self._special_duties()
        yield from self._barred()
        yield from self._lowered_since()
        yield from self._silent()

    def _chapters_of(self, lines: Mask) -> list[str]:
        schedule = self.market.schedule
        hit = np.unique(schedule.chapter[schedule.product_of_line[lines]])
        return [self.economy.chapters[h] for h in hit]

    def _unchanged(self) -> Iterator[str]:
        """Chapters in which no rate of any product moves in any year, and why."""
        schedule, chapters = self.market.schedule, self.economy.chapters
        known = np.nan_to_num(self.rate)
        product = np.nan_to_num(schedule.product_rates(self.rate, self.source))
        moves = np.nan_to_num(
            schedule.product_rates(self.after, self.source)
            - schedule.product_rates(self.before, self.source)
        )
        moved = {chapters[h] for h in np.unique(schedule.chapter[moves.any(axis=0)])}
        free, untouched, low = [], [], []
        chapter = schedule.chapter[schedule.product_of_line]
        for hs in self._chapters_of(self.chosen):
            if hs in moved:
                continue
            inside = self.chosen & (chapter == chapters.index(hs))
            if not np.isnan(self.rate[inside]).any() and not known[inside].any():
                free.append(hs)
            elif not product[schedule.product_of_line[inside]].any():
                untouched.append(hs)
            elif not np.isnan(self.rate[inside]).all():
                low.append(hs)
        name = self.economy.classification
        payer = country_in_words(self.source, name)
        if free:
            text = tr(
                "{importer}'s tariff on {source} is already zero in {chapters}: a cut there "
                "changes nothing",
                importer=tr(COUNTRY[self.importer]),
                source=payer,
                chapters=chapters_in_words(free, name),
            )
            yield said_on(free, text)
        if untouched:
            text = tr(
                "In {chapters} {source} has a duty-free line beside every dutiable one of the "
                "same product, assumed to be in use already: a cut changes nothing",
                chapters=chapters_in_words(untouched, name),
                source=payer,
            )
            yield said_on(untouched, text)
        if low:
            text = tr(
                "No rate that shippers use moves in {chapters}: they pay no more today than the "
                "lever asks",
                chapters=chapters_in_words(low, name),
            )
            yield said_on(low, text)

    def _special_duties(self) -> Iterator[str]:
        """Count specific, compound and mixed duties among the lines, and the trade behind them."""
        schedule = self.market.schedule
        unknown = self.chosen & np.isnan(self.rate)
        in_part = self.chosen & (np.nan_to_num(self.rate) > 0) & np.isin(schedule.kind, IN_PART)
        country, name = tr(COUNTRY[self.importer]), self.economy.classification
        for lines, text, alone in ((unknown, _WITHOUT_RATE, True), (in_part, _PART_KNOWN, False)):
            if lines.any():
                chapters = self._chapters_of(lines)
                said = tr(
                    text,
                    number=int(lines.sum()),
                    importer=country,
                    chapters=chapters_in_words(chapters, name, _NAMED),
                )
                more, trade = self._trade(lines, alone)
                note = tr("{note}. {more}", note=said, more=more)
                brief = (UNCOUNTED, self._lines(int(lines.sum()))) if alone else ()
                yield Said(note, About(chapters=tuple(chapters), trade=trade), brief)

    def _lines(self, number: int) -> str:
        country = tr(COUNTRY[self.importer])
        return ntr("{n} line of {importer}", "{n} lines of {importer}", number, importer=country)

    def _trade(self, lines: Mask, alone: bool) -> tuple[str, float | None]:
        """Trade behind some lines, in words and as far as they alone stand for it, if known.

        With ``alone`` that is where no other line of the product has a rate.
        """
        schedule = self.market.schedule
        products = np.logical_or.reduceat(lines, schedule.first_line)
        if self.importer != "JPN" or self.source != self.market.partner:
            return tr("The trade behind them is not known by product"), None
        trade = known_product_trade(self.economy.parameters, schedule)
        year, sold = year_in_words(self.economy.base_year), float(trade[products].sum())
        if not alone:
            text = mark("India sold {amount} of these products in {year}")
            return tr(text, amount=mn(sold), year=year), sold
        only = products & np.isnan(schedule.product_rates(self.rate, self.source))
        part = float(trade[only].sum())
        text = mark(
            "India sold {amount} of these products in {year}, {part} of it where no other line has "
            "a known rate"
        )
        return tr(text, amount=mn(sold), year=year, part=mn(part)), part

    def _barred(self) -> Iterator[str]:
        """Name the products freed from a rate so high that there is almost no trade."""
        schedule = self.market.schedule
        threshold = self.economy.parameters.value("prohibitive_rate")
        before, after = np.nan_to_num(self.rate), np.nan_to_num(self.after[-1])
        lines = self.chosen & (before >= threshold) & (after < before)
        if not lines.any():
            return
        highest: dict[str, float] = {}
        for code, rate in zip(schedule.lines[lines], before[lines], strict=True):
            heading = at_level(str(code), "heading")
            highest[heading] = max(highest.get(heading, 0.0), float(rate))
        ranked = sorted(highest, key=lambda code: (-highest[code], code))
        # One heading a chapter, or spirits and wines would fill the list.
        named = list({chapter_of(code): code for code in reversed(ranked)}.values())
        named = sorted(named, key=ranked.index)[:_NAMED]
        shown = [
            tr(
                "{heading} ({code}, {percent} %)",
                heading=self._heading(code),
                code=code,
                percent=f"{100 * highest[code]:.0f}",
            )
            for code in named
        ]
        more = len(ranked) - len(shown)
        barred = np.nan_to_num(schedule.product_rates(before, self.source)) >= threshold
        barred &= np.logical_or.reduceat(lines, schedule.first_line)
        beside = len(np.unique(schedule.product_of_line[lines])) - int(barred.sum())
        headings = separated(shown)
        if more:
            headings = tr("{headings} and {n} more headings", headings=headings, n=more)
        text = tr(
            "Rates so high that they let almost nothing through: {headings}. Today's trade says"
            " little about what would come if they fell, and chapter averages hide them",
            headings=headings,
        )
        if barred.any():
            start = tr(
                "the model starts from {percent} % of these chapters' trade in the base year",
                percent=two_digits(100 * self._share_of_chapters(barred, before)),
            )
            text = tr("{note}; {more}", note=text, more=start)
        if beside:
            cheaper = ntr(
                "{n} of the products has a cheaper line beside the barred one, assumed to be in "
                "use",
                "{n} of the products have a cheaper line beside the barred one, assumed to be in "
                "use",
                beside,
            )
            text = tr("{note}; {more}", note=text, more=cheaper)
        country = tr(COUNTRY[self.importer])
        headings = ntr(
            "{n} heading of {importer}", "{n} headings of {importer}", len(ranked), importer=country
        )
        of_them = np.array([at_level(code, "heading") in highest for code in schedule.products])
        trade = float(self._imports(of_them, before).sum())
        about = About(chapters=tuple(self._chapters_of(lines)), trade=trade)
        yield Said(text, about, (BARRED, headings))

    def _lowered_since(self) -> Iterator[str]:
        """Say which lines keep the duty of the base year though the book has a lower one now."""
        if self.importer != "IND" or self.source != self.market.partner:
            return
        schedule, codes = self.market.schedule, self.market.schedule.lines
        book = self.economy.parameters.table("tariffs/india_lines").set_index("hs8")
        book = book[book["duty_base_pct"].notna()]
        falls = np.nan_to_num(self.after[-1]) < np.nan_to_num(self.rate)
        lines = self.chosen & falls & np.isin(codes, book.index.to_numpy(str))
        if not lines.any():
            return
        rows = book.loc[codes[lines]]
        products = np.logical_or.reduceat(lines, schedule.first_line)
        imports = float(self._imports(products, np.nan_to_num(self.rate)).sum())
        text = tr(
            "{number} of the selected lines of India ({headings}) keep the basic duty of {base}"
            " in all years ({then} %), whereas the tariff book of {book} has {now} %. Part of "
            "the difference came back as a cess (up to {cess} % where the book prints one), and"
            " what is paid today cannot be read for every line. In the model these products "
            "make up {amount} of India's imports from Japan in {base}",
            number=int(lines.sum()),
            headings=separated(sorted({at_level(str(code), "heading") for code in rows.index})),
            base=year_in_words(self.economy.base_year),
            then=_from_to(rows["duty_base_pct"].to_numpy(float)),
            book=rows["year"].max(),
            now=_from_to(rows["duty_pct"].to_numpy(float)),
            cess=f"{rows['aidc_pct'].fillna(0.0).max():g}",
            amount=mn(imports),
        )
        yield Said(text, About(chapters=tuple(self._chapters_of(lines)), trade=imports))

    def _share_of_chapters(self, products: Mask, rates: Floats) -> float:
        """Share of some products in the base year's imports of their chapters, c.i.f."""
        column, group = self.market.exporters.index(self.source), self.market.schedule.chapter
        all_of_them = self.market.cif[np.unique(group[products]), column].sum()
        return float(self._imports(products, rates).sum() / max(all_of_them, 1e-12))

    def _imports(self, products: Mask, rates: Floats) -> Floats:
        """Imports of some products from the source in the base year, US$ million c.i.f."""
        market, schedule = self.market, self.market.schedule
        column, group = market.exporters.index(self.source), schedule.chapter
        paid = np.nan_to_num(schedule.product_rates(rates, self.source))
        mfn = np.maximum(np.nan_to_num(schedule.product_mfn(self.source)), paid)
        cost = market.origin_cost[group, column]
        claims = market.claims
        effective = effective_tariff(mfn, mfn - paid, cost, claims.maximum, claims.function)
        cif = market.product_weights[:, column] / (1 + effective)
        cif = cif * (market.cif[:, column] / schedule.chapter_sums(cif))[group]
        return np.asarray(cif[products])

    def _heading(self, code: str) -> str:
        """Text of a heading, shortened: subheadings are described as ``heading: ...``."""
        table = self.economy.parameters.table("classification/hs6")
        described = table.loc[table["hs6"].str.startswith(code), "description"]
        if described.empty:  # a national heading, such as India's of chapter 98
            return self.economy.classification.name(chapter_of(code))
        text = str(described.iloc[0]).split(":")[0]
        if len(text) <= _LONGEST:
            return text
        return text[:_LONGEST].rsplit(" ", 1)[0].rstrip(",;… ") + " …"

    def _silent(self) -> Iterator[str]:
        """Chapters with a duty to cut and no trade to begin with."""
        column = self.market.exporters.index(self.source)
        dutiable = self.chosen & (np.nan_to_num(self.rate) > 0)
        silent = [
            hs
            for hs in self._chapters_of(dutiable)
            if self.market.fob[self.economy.chapters.index(hs), column] == 0
        ]
        if silent:
            text = tr(
                "No trade in the base year in {chapters}: a model of shares cannot create any",
                chapters=chapters_in_words(silent, self.economy.classification),
            )
            yield said_on(silent, text)
