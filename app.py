"""The front end: ``streamlit run app.py``, ``cepasim app`` or ``make app``."""

from cepasim.ui.main import main

main()
