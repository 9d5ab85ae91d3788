"""Fixtures of the end-to-end tests: certificates once a run, a gateway a test."""

import pathlib
import subprocess

import pytest
from gateway import ROOT, Gateway


@pytest.fixture(scope="session")
def pki(tmp_path_factory) -> pathlib.Path:
    directory = tmp_path_factory.mktemp("pki")
    subprocess.run(
        [ROOT / "Scripts/dev-pki", directory, ROOT / "Config/registry.demo.yaml"], check=True, capture_output=True
    )
    return directory


@pytest.fixture
def gateway(tmp_path, pki):
    one = Gateway(tmp_path, pki)
    one.add_officer()
    one.start()
    yield one
    if one.process.poll() is None:
        code = one.stop()
        assert code == 0, f"sosgatewayd stopped with {code}:\n{one.log()[-3000:]}"
