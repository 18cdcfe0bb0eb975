"""The yardstick: the least that a Streamlit app can do with a number, in Streamlit's default configuration."""

import streamlit as st

index = st.number_input("Test picture", min_value=0, max_value=9999, value=0, key="index")
with st.container(key="verdict"):
    st.write(f"picture {index}")
