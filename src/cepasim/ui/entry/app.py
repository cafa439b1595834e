"""What Streamlit runs, in a folder of its own.

Beside a folder ``pages`` Streamlit would take every module in it for a page, and answer the first
visitor who opens the link of a page with an empty screen.
"""

from __future__ import annotations

from cepasim.ui import ranges, workers
from cepasim.ui.main import main

if __name__ == "__main__":
    main()
    workers.start()
    ranges.of_the_first_page()
