"""The run folder of a forecast: complete, and read back as it was written."""

import json

import xarray as xr

from datawall import files
from datawall.reporting import products
from datawall.reporting.figures.forecast import FIGURES
from support.forecasts import of_the_baseline


def test_run_folder_is_complete_and_loads(tmp_path):
    tree = of_the_baseline()
    folder = tmp_path / "deep" / "run"
    files.prepare(folder)
    products.save(tree, folder)
    names = {path.name for path in folder.iterdir()}
    pictures = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    assert names == {"forecast.nc", "summary.json", "summary.csv", "manifest.json"} | pictures
    found = xr.open_datatree(folder / "forecast.nc", engine="h5netcdf")
    xr.testing.assert_identical(found.load(), tree)
    found.close()
    assert json.loads((folder / "summary.json").read_text())["manifest"]["draws"] == 6000
