"""Parts of a page: an assertion about one of them cannot be met by the menu or the footer."""

import re

from django.http import HttpResponse


def main_of(response: HttpResponse) -> str:
    """What stands between the header and the footer of the portal."""
    [main] = re.findall(r"<main\b.*?</main>", response.content.decode(), flags=re.DOTALL)
    return main


def facts_of(response: HttpResponse) -> dict[str, str]:
    """Label -> text of the facts about a practice, without markup."""
    [facts] = re.findall(r'<dl class="facts">(.*?)</dl>', response.content.decode(), flags=re.DOTALL)
    result: dict[str, str] = {}
    for tag, html in re.findall(r"<(dt|dd)>(.*?)</\1>", facts, flags=re.DOTALL):
        text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
        if tag == "dt":
            label = text
        else:
            result[label] = f"{result.get(label, '')} {text}".strip()
    return result
