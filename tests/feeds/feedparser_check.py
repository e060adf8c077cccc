#!/usr/bin/env python3
"""Read feeds with feedparser and compare them with the JSON Feed of the same stories: feedparser_check.py FEED.json FEED…

Titles, ids, links, dates, outlets and the words of the content must be those of the JSON Feed. Needs feedparser (requirements.txt).
"""
import calendar
import json
import sys
import time
from datetime import datetime
from html.parser import HTMLParser

import feedparser


class Words(HTMLParser):
    """The words and links of a piece of HTML; feedparser may change tags, not these."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str | None] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs)["href"])


def seconds(text: str | None) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def parsed_seconds(parsed: time.struct_time | None) -> int | None:
    return None if parsed is None else calendar.timegm(parsed)


def expected(item: dict) -> dict:
    html = Words(item["content_html"])
    return {
        "id": item["id"],
        "title": item["title"],
        "link": item.get("url"),
        "author": next((author["name"] for author in item.get("authors", [])), None),
        "published": seconds(item.get("date_published")),
        "updated": seconds(item.get("date_modified")),
        "words": html.words,
        "links": html.links,
    }


def found(entry: feedparser.FeedParserDict) -> dict:
    html = Words("".join(content.value for content in entry.get("content", [])))
    published = parsed_seconds(entry.get("published_parsed"))
    return {
        "id": entry.id,
        "title": entry.title,
        # entry.link would be the id where there is no link.
        "link": next((link.href for link in entry.get("links", []) if link.rel == "alternate"), None),
        "author": entry.get("author"),
        "published": published,
        # An undated entry of Atom says the feed's own date, which is none of the story's.
        "updated": published and parsed_seconds(entry.get("updated_parsed")),
        "words": html.words,
        "links": html.links,
    }


def main(json_feed: str, feeds: list[str]) -> int:
    with open(json_feed, encoding="utf-8") as file:
        document = json.load(file)
    wrong = 0
    for name in feeds:
        read = feedparser.parse(name)
        if read.bozo:
            print(f"{name}: {read.bozo_exception}")
            wrong += 1
        entries = [found(entry) for entry in read.entries]
        items = [expected(item) for item in document["items"]]
        if read.feed.title != document["title"] or len(entries) != len(items):
            print(f"{name}: {read.feed.title!r} of {len(entries)} entries, expected {document['title']!r} of {len(items)}")
            wrong += 1
        for entry, item in zip(entries, items):
            for field in item:
                if entry[field] != item[field]:
                    print(f"{name}: {item['id']}: {field}: {entry[field]!r}, expected {item[field]!r}")
                    wrong += 1
        print(f"{name}: {read.version}, {len(entries)} entries")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
