"""The door: `streamlit run streamlit_app.py`.

The server imports this file once and finds `app`; each visitor's run executes it as `__main__`.
"""

from pathlib import Path

import streamlit as st

if __name__ != "__main__":
    from fmnist_app import failures, startup

    app = st.App(
        __file__,
        routes=startup.ROUTES,
        middleware=startup.MIDDLEWARE,
        lifespan=startup.lifespan,
        on_script_error=failures.tell,
    )
else:
    from fmnist_app import loading

    loading.first_page()
    from fmnist_app import caches, state
    from fmnist_app.switches import SWITCHES
    from fmnist_app.visit import header, introduction, tour
    from fmnist_app.widgets import frame
    from fmnist_core import DataError, ModelError

    ICON = Path(__file__).parent / "fmnist_app" / "assets" / "favicon.png"  # a Material icon would be fetched from afar

    make = state.pages()
    PAGES = [
        make(
            "fmnist_app/pages/predict.py",
            title="Predict",
            icon=":material/visibility:",
            default=True,
            help="Pick a test picture and see what the network makes of it",
        ),
        make(
            "fmnist_app/pages/evaluate.py",
            title="Evaluate",
            icon=":material/grid_on:",
            url_path="evaluate",
            help="Accuracy and confusion matrix over all 10,000 test pictures",
        ),
        make(
            "fmnist_app/pages/explore.py",
            title="Explore",
            icon=":material/scatter_plot:",
            url_path="explore",
            help="A map of all 10,000 test pictures as the network sees them",
        ),
        make(
            "fmnist_app/pages/stress.py",
            title="Stress",
            icon=":material/tune:",
            url_path="stress",
            help="Turn, move, blur or cover a picture until the verdict turns over",
        ),
        make(
            "fmnist_app/pages/train.py",
            title="Train",
            icon=":material/school:",
            url_path="train",
            help="Put a network together, and watch it learn",
        ),
        make(
            "fmnist_app/pages/garment.py",
            title="Your garment",
            icon=":material/photo_camera:",
            url_path="garment",
            help="Show it a photo, a drawing or a pasted picture of your own",
        ),
        make(
            "fmnist_app/pages/classroom.py",
            title="Classroom",
            icon=":material/groups:",
            url_path="class",
            help="A room for a class: predict, discuss, vote again, and beat the network",
        ),
        make(
            "fmnist_app/pages/about.py",
            title="About",
            icon=":material/info:",
            url_path="about",
            help="Where this comes from, its licence, its versions, and whom it can serve",
        ),
    ]

    if not SWITCHES.rooms:
        PAGES = [page for page in PAGES if page.url_path != "class"]
    introduction.arrive()
    # Before the navigation, which would have the browser fetch the page's Material icon for the tab.
    st.set_page_config(page_icon=str(ICON), layout="wide")
    page = st.navigation(PAGES, position="top")
    state.read_address(page.url_path)
    st.set_page_config(page_title=f"{page.title} · Fashion-MNIST explorer")
    name = page.url_path or "predict"
    tour.arrive(name)
    in_class = page.url_path == "class"
    if not in_class:  # its address says who the visitor is, and nothing else
        state.write_address()
    frame.enlarge()
    visit = st.container(key="visit")
    with visit:
        tour.draw(name)
    notices = st.container(key="notice") if page.url_path else None  # Predict's body has its own
    loading.BEFORE.get(page.url_path, loading.most_pages)()
    if page.url_path != "garment":
        caches.forget_own_pictures()
    try:
        page.run()
    except DataError as problem:
        st.error(frame.plain(f"The pictures cannot be read: {problem}"), icon=":material/error:")
    except ModelError as problem:
        frame.cannot_run(problem)
    except frame.PageEnd:
        pass
    if notices:
        with notices:
            frame.notice()
    with visit:  # filled after the page: the verdict waits for none of these
        header.draw(name, menus=not in_class)
        introduction.draw(name)
    loading.FIRST_PAGE_STANDS.set()
