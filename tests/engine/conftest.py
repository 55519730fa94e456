import pytest

from tests.engine.project import Project, make_project


@pytest.fixture(params=["tracked", "local"])
def either(request, tmp_path) -> Project:
    """A project whose specs git tracks, and one where it ignores them."""
    return make_project(tmp_path, tracked=request.param == "tracked")


@pytest.fixture
def project(tmp_path) -> Project:
    return make_project(tmp_path)
