"""What a browser calls itself, in words that a person recognises his own device by."""

# The first that fits counts: WeChat and Edge call themselves Chrome as well, and everybody says Mozilla.
PROGRAMS = (
    ("MicroMessenger/", "微信"),
    ("Edg", "Edge"),
    ("Firefox/", "Firefox"),
    ("QQBrowser/", "QQ 浏览器"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_in_words(user_agent: str) -> str:
    """`Chrome · Windows`; what nobody knows is cut short and shown as it is."""
    found = [next((name for sign, name in table if sign in user_agent), None) for table in (PROGRAMS, DEVICES)]
    return " · ".join(name for name in found if name) or user_agent[:60]
