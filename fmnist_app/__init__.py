"""The Streamlit app around fmnist_core."""
