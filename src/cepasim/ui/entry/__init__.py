"""The program that Streamlit runs."""
