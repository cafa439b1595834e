"""Columns of the product list: unit and meaning."""

from __future__ import annotations

from cepasim.tables.column import Column, TableSchema

_BASE = "US$ million of {price_year}"

PRODUCT_LIST = TableSchema(
    "one tariff line of the importer",
    (
        Column("rank", "number", "place by score, 1 first; missing where no rate is known"),
        Column("line", "text", "tariff line: nine digits in Japan, eight in India"),
        Column("description", "text", "what the HS calls the subheading"),
        Column("section", "text", "section of the HS, Roman numerals"),
        Column(
            "ask",
            "text",
            "what is asked for: tariff (free the line), origin (no cost of claiming the "
            "preference), barrier (all that policy can remove); empty where no rate is known",
        ),
        Column("category", "text", "the line under the CEPA: mfn_free, free, partial or X"),
        Column("rate_percent", "%", "rate of the CEPA from 2026-27 on; missing where not known"),
        Column("mfn_percent", "%", "MFN rate; missing where not known"),
        Column("barrier_percent", "%", "cost of barriers, ad valorem; of the chapter"),
        Column(
            "best_rival",
            "text",
            "the source with the lowest rate that sells in the chapter or product",
        ),
        Column("rival_percent", "%", "that source's rate"),
        Column("handicap_points", "percentage points", "the partner's rate less that rival's"),
        Column("trade_usd_mn", _BASE, "the partner's sales on the line in {base_year}, c.i.f."),
        Column(
            "basis",
            "text",
            "why trade is on this line: only line, claims (what claims of the CEPA show), best "
            "line (of a product without claims), not used (another line is), mean (of all lines)",
        ),
        Column("use_share", "fraction", "share of trade that claims the preference"),
        Column("exports_usd_mn", _BASE, "added exports of India, f.o.b., in the year asked for"),
        Column(
            "imports_usd_mn",
            _BASE,
            "added imports of India, c.i.f.; Japanese inputs of the exports included",
        ),
        Column(
            "gain_usd_mn", _BASE, "added sales of the exporter: exports of India, or its imports"
        ),
        Column("barrier_gain_usd_mn", _BASE, "gain were the barriers relieved instead"),
        Column("loss_domestic_usd_mn", _BASE, "sales that the importer's own producers lose"),
        Column("loss_rivals_usd_mn", _BASE, "sales that other sources lose, c.i.f."),
        Column("loses_most", "text", "the other source that loses most"),
        Column("revenue_usd_mn", _BASE, "change in the duty the importer takes from the partner"),
        Column("sensitivity", "points", "1 and the weights of tariffs/sensitivity"),
        Column("reasons", "text", "what makes the line sensitive"),
        Column("score", _BASE, "gain over sensitivity"),
        Column("partner_percent", "%", "what the exporter itself charges the importer there"),
        Column("partner_holds_back", "text", "the exporter's own standing there under the CEPA"),
        Column("grade_rate", "text", "grade of the rates"),
        Column("grade_trade", "text", "grade of trade on the line; D where assumed"),
        Column("grade_gain", "text", "worst grade of what gain and losses rest on"),
        Column("grade_sensitivity", "text", "grade of sensitivity and score"),
        Column("rests_on", "text", "what of grade D the gain rests on"),
    ),
)
