"""The front end's entry: pages and their order."""

from __future__ import annotations

import streamlit as st

from cepasim.ui import look, scenario_page

_SIDEBAR_WIDTH = 330


def main() -> None:
    """Draw the page that is asked for."""
    st.set_page_config(
        page_title="cepasim: India–Japan trade",
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
        menu_items={"Get help": None, "Report a bug": None, "About": None},
    )
    st.html(look.STYLE)
    st.navigation(
        [
            st.Page(scenario_page.page, title="Scenario", url_path="scenario", default=True),
        ],
        position="top",
    ).run()


if __name__ == "__main__":
    main()
