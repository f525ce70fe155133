import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/fr/", "/fr/practices/", "/healthz", "/nowhere"])
def test_trace_is_refused(client, path):
    response = client.trace(path)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.django_db
def test_a_page_is_opened_and_asked_for_its_head(client):
    assert client.get("/fr/").status_code == client.head("/fr/").status_code == 200
