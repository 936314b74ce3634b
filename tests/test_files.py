"""Folders and files on disk: what cannot be written is named."""

import pytest

from datawall import files
from datawall.errors import DatawallError


def test_unwritable_folder_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(DatawallError, match=r"--out .*file/run"):
        files.prepare(blocked / "run")
