"""The packages: every folder of the code, and two folders that lie beside it in the repository."""

from setuptools import find_namespace_packages, setup

BESIDE = {"fmnist_models": "models", "fmnist_app.settings": ".streamlit"}
CODE = find_namespace_packages(include=["fmnist_core*", "fmnist_app*"], exclude=["*.__pycache__*"])

setup(packages=[*CODE, *BESIDE], package_dir=BESIDE)
