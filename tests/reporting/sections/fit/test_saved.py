"""Saved fits are found, and what is none is named."""

import shutil
from dataclasses import replace

import pytest

from datawall.errors import DatawallError
from datawall.reporting.products import FIT, load
from datawall.reporting.saved import saved_fit

pytestmark = pytest.mark.integration


def test_a_folder_holds_fits_by_name_and_a_file_one(fits, fits_folder):
    assert list(fits) == ["dates", "torn", "toy"]
    assert [saved_fit(saved).name for saved in load(fits_folder / "torn.nc")] == ["torn"]
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
    assert not FIT.find(tmp_path)
    with pytest.raises(DatawallError, match=r"holds no run, comparison, .*, backtest or fit; give what"):
        load(tmp_path)


def test_a_damaged_fit_is_named(fits_folder, tmp_path):
    for kind in ("json", "nc"):
        shutil.copy(fits_folder / f"toy.{kind}", tmp_path)
    (tmp_path / "toy.nc").write_bytes(b"no netCDF")
    assert FIT.find(tmp_path)
    with pytest.raises(DatawallError, match=r"toy\.nc: cannot be read as a fit"):
        load(tmp_path)
    (tmp_path / "toy.json").write_text("{}")
    with pytest.raises(DatawallError, match=r"toy\.nc: cannot be read as a fit"):
        load(tmp_path)
