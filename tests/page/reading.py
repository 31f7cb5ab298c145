"""A page as its tests look at it: elements, attributes, ids, text; anything that does not nest is an error."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br"}
INLINE = {"a", "b", "strong", "span", "code"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    text: str = ""
    inside: list[str] = field(default_factory=list)  # names of the elements around it


class Reading(HTMLParser):
    """Parse with `Reading.of(text)`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []

    @classmethod
    def of(cls, text: str) -> "Reading":
        reading = cls()
        reading.feed(text)
        reading.close()
        assert reading._open == []
        return reading

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute of {tag} comes twice: {attrs}"
        element = Element(tag, dict(attrs), inside=[each.name for each in self._open])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop().name == tag
        if tag not in INLINE:
            self.handle_data(" ")

    def handle_data(self, data):
        for element in self._open:
            element.text += data

    def named(self, *names: str) -> list[Element]:
        return [element for element in self.elements if element.name in names]

    def classed(self, word: str) -> list[Element]:
        return [e for e in self.elements if word in (e.attributes.get("class") or "").split()]

    def within(self, section: str) -> str:
        """The text of one section."""
        (found,) = [e for e in self.named("section") if e.attributes["id"] == section]
        return " ".join(found.text.split())

    @property
    def ids(self) -> list[str]:
        return [e.attributes["id"] or "" for e in self.elements if "id" in e.attributes]

    @property
    def outline(self) -> list[str]:
        """The element names in order: what the text must not be able to change."""
        return [e.name for e in self.elements]
