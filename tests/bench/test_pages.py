import pytest

from bench.pages import PORTAL


@pytest.mark.django_db
@pytest.mark.parametrize("page", PORTAL)
def test_the_pages_that_are_measured_are_there(client, content, page):
    addresses = PORTAL[page]

    answers = {address.path: client.get(address.path).status_code for address in {addresses[0], addresses[-1]}}

    assert set(answers.values()) == {200}
    assert len(set(addresses)) == len(addresses) >= 3
