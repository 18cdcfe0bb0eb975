"""The same app with compressed files, for thirty browsers on one wireless network: `streamlit run classroom.py`.

Streamlit sends its JavaScript as it is; here it travels gzipped, about a third of the bytes on a first visit, for a
little processor time.
"""

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

app = st.App("streamlit_app.py", middleware=[Middleware(GZipMiddleware, minimum_size=1024)])
