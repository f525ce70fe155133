"""What a browser is called, so that people recognise theirs in the list of their sessions."""

# Words in what a browser sends, and its name. The first that fits: most say that they are others, too.
NAMES = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Firefox/": "Firefox",
    "Chrom": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_of(user_agent: str) -> str:
    """ "Firefox, Windows"; or what the browser sends, where nothing is known."""
    found = [next((name for word, name in names.items() if word in user_agent), "") for names in (NAMES, SYSTEMS)]
    return ", ".join(filter(None, found)) or user_agent[:40] or "–"
