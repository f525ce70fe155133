"""How much a browser receives when it opens a page and has nothing yet; typefaces apart."""

import gzip
import re

from bench.load import Address, get, open_connection
from bench.servers import Server

FETCHED = re.compile(r"<(?:script|img|link rel=\"(?:stylesheet|icon)\")\b[^>]*\b(?:src|href)=\"(/[^\"]+)\"")


def kilobytes(server: Server, page: Address) -> float:
    """Of the page, its style sheet, scripts and pictures, with the headers of the answers."""
    with open_connection(server) as connection:
        total, asked = 0, [page]
        for address in asked:
            response, body = get(connection, address)
            total += len(body) + len(bytes(response.headers))
            if address == page:
                is_compressed = response.headers.get("Content-Encoding") == "gzip"
                html = (gzip.decompress(body) if is_compressed else body).decode()
                asked += [Address(path) for path in dict.fromkeys(FETCHED.findall(html))]
    return total / 1000
