"""The front end: Streamlit pages over the public names. Nothing here computes a figure."""
