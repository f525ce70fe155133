import pytest
from django.conf import settings
from django.utils import translation

from core.addresses import usable_address
from tests.core.addresses import ADDRESSES


@pytest.mark.parametrize(("written", "address"), ADDRESSES, ids=range(len(ADDRESSES)))
def test_an_address_is_taken_as_people_write_it_or_refused(written, address):
    assert usable_address(written) == address


@pytest.mark.parametrize("address", sorted({address for _written, address in ADDRESSES if address}))
def test_an_address_that_was_taken_stays_as_it_is(address):
    assert usable_address(address) == address


@pytest.mark.parametrize("path", ["/home/anna/", "/practices/lisko/preview/", "/admin/", "/fr/fr/", "/practices"])
def test_a_path_that_is_no_public_page_is_refused(path):
    assert usable_address(path) == ""


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_a_whole_address_of_ours_is_a_page_of_the_portal_in_each_language(language, settings):
    settings.ALLOWED_HOSTS = ["gresil.lu", ".asti.lu"]

    with translation.override(language):
        assert usable_address(f"https://gresil.lu/{language}/practices/lisko/") == "/practices/lisko/"
        assert usable_address("http://portal.asti.lu:8000/fr/practices/lisko/") == "/practices/lisko/"
        assert usable_address("https://gresil.lu/admin/") != "/admin/"
        assert usable_address("https://gresil.lu.example/fr/") == "https://gresil.lu.example/fr/"
