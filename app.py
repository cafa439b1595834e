"""The front end: ``streamlit run app.py``, ``cepasim app`` or ``make app``."""

from cepasim.ui.main import main

# The processes that draw ranges read this file as well, and have no page to draw.
if __name__ == "__main__":
    main()
