"""Saved fits are found, and what is none is named."""

import shutil
from dataclasses import replace

import pytest

from datawall.errors import DatawallError
from datawall.reporting.saved.fit import holds_fits, read_fits


def test_a_folder_holds_fits_by_name_and_a_file_one(fits, fits_folder):
    assert list(fits) == ["dates", "torn", "toy"]
    assert [fit.name for fit in read_fits(fits_folder / "torn.nc")] == ["torn"]
    assert fits["toy"].headline == ["mean"]
    assert fits["toy"].has("log_prior")
    assert not fits["toy"].has("comparison")


def test_faults_are_those_of_the_diagnosis(fits):
    assert fits["toy"].faults == []
    assert any("R-hat" in fault for fault in fits["torn"].faults)


def test_faults_of_rivals_count(fits):
    summary = fits["toy"].summary
    found = {"trusted": False, "faults": ["3 divergent transitions, need none"]}
    rivalled = summary | {"manifest": summary["manifest"] | {"rivals": {"toy.other": found}}}
    assert replace(fits["toy"], summary=rivalled).faults == ["toy.other: 3 divergent transitions, need none"]


def test_what_holds_no_fit_is_named(tmp_path):
    assert not holds_fits(tmp_path)
    with pytest.raises(DatawallError, match="need a folder of fits, found none"):
        read_fits(tmp_path)


def test_a_damaged_fit_is_named(fits_folder, tmp_path):
    for kind in ("json", "nc"):
        shutil.copy(fits_folder / f"toy.{kind}", tmp_path)
    (tmp_path / "toy.nc").write_bytes(b"no netCDF")
    assert holds_fits(tmp_path)
    with pytest.raises(DatawallError, match=r"toy\.nc: cannot be read as a fit"):
        read_fits(tmp_path)
    (tmp_path / "toy.json").write_text("{}")
    with pytest.raises(DatawallError, match=r"toy\.nc: cannot be read as a fit"):
        read_fits(tmp_path)
