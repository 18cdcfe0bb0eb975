"""The yardstick of a slider: the least that a Streamlit app can do with one, in Streamlit's default configuration."""

import streamlit as st

strength = st.slider("Strength", -180, 180, 0, key="strength")
with st.container(key="verdict"):
    st.write(f"strength {strength}")
