"""The documents that are generated from tables are what `make docs` would write now."""

import os
import subprocess

import pytest
from support.running import ROOT, TTILE

NAMES = ["passes.md", "diagnostics.md", "language.md"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    environment = {**os.environ, "TTILE": TTILE}
    subprocess.run([ROOT / "scripts" / "docs.sh", folder], check=True, env=environment)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_is_up_to_date(written, name):
    assert (ROOT / "docs" / name).read_text() == (written / name).read_text(), f"docs/{name} is stale: run make docs"


def test_links_of_documents_exist():
    """Every relative link in a document points at a file."""
    import re

    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
