// Streamlit's browser side looks for its server beneath the page's own address first, as /evaluate/_stcore/health: each
// deep link would leave answers 404 in the console. The server is where the page's files are, also below a prefix.
window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href, ...window.__streamlit }
