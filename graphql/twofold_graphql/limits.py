"""What a document may be, looked at before it is validated: each check takes time in proportion to its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from twofold.errors import Invalid, TooCostly

__all__ = ["MAX_TOKENS", "check_document", "check_length"]

MAX_CHARACTERS = 200_000
MAX_TOKENS = 4000
MAX_ALIASES = 200
MAX_ALIAS = 255
"""Characters of one; what is kept of a question has its names in it."""
MAX_DIRECTIVES = 200
MAX_DIRECTIVES_AT_ONE_PLACE = 10
MAX_NESTING = 60
"""Selections within selections: a level of an answer takes up to three, and ten levels may end in a group's key."""
MAX_FIELDS = 1000
MAX_COMPARISONS = 2000
"""Pairs of fields of one name at one place: validation looks whether each pair can be one field of the answer."""
MAX_SCHEMA_LISTS = 20
"""Lists selected below `__schema` and `__type`; GraphiQL's own question has nine."""
MAX_SCHEMA_LISTS_NESTED = 2

SCHEMA_LISTS = ("args", "directives", "enumValues", "fields", "inputFields", "interfaces", "possibleTypes", "types")
CIRCULAR = ("fields", "inputFields", "interfaces", "possibleTypes")
"""Lists that lead from types to types."""


def check_length(text: str) -> None:
    """Does nothing when a text is short enough to be parsed.

    Raises:
        TooCostly: it is not.
    """
    _limit(len(text), MAX_CHARACTERS, "The document has {} characters")


def check_document(document: DocumentNode) -> None:
    """Does nothing when a document keeps to the limits.

    Raises:
        Invalid: a fragment spreads itself, so that it has no size.
        TooCostly: it does not; the sentence names the limit and what was found.
    """
    _check_words(document)
    measuring = _Measuring({each.name.value: each for each in document.definitions
                            if isinstance(each, FragmentDefinitionNode)})  # fmt: skip
    found = measuring.document(document)
    _limit(found.fields, MAX_FIELDS, "The document selects {} fields, those of a fragment wherever it is spread")
    _limit(found.schema_lists, MAX_SCHEMA_LISTS, "The document asks for {} lists of the schema")
    _limit(found.schema_lists_nested, MAX_SCHEMA_LISTS_NESTED, "The document nests lists of the schema {} deep")
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    compared = sum(measuring.comparisons([each.selection_set]) for each in operations)
    _limit(compared, MAX_COMPARISONS, "The document repeats names, so that {} pairs of fields have to be compared")


def _limit(found: int, limit: int, sentence: str) -> None:
    if found > limit:
        raise TooCostly(f"{sentence.format(found)}; the limit is {limit}.")


def _check_words(document: DocumentNode) -> None:
    """Aliases and directives, as they are written."""
    aliases = directives = 0
    waiting: list[object] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        here = len(getattr(node, "directives", None) or ())
        _limit(here, MAX_DIRECTIVES_AT_ONE_PLACE, "The document has {} directives at one place")
        directives += here
        alias = getattr(node, "alias", None)
        if alias is not None:
            aliases += 1
            _limit(len(alias.value), MAX_ALIAS, "The document has an alias of {} characters")
        waiting += getattr(node, "variable_definitions", None) or ()
        below = getattr(node, "selection_set", None)
        if below is not None:
            waiting += below.selections
    _limit(aliases, MAX_ALIASES, "The document has {} aliases")
    _limit(directives, MAX_DIRECTIVES, "The document has {} directives")


class _Size(NamedTuple):
    """What is selected below a place, fragments included."""

    fields: int = 0
    nesting: int = 0
    lists: int = 0
    lists_nested: int = 0
    """Fields named as lists of the schema are; outside of introspection these words may be anybody's."""
    schema_lists: int = 0
    schema_lists_nested: int = 0
    """Those below `__schema` and `__type`."""


@dataclass
class _Measuring:
    fragments: dict[str, FragmentDefinitionNode]

    def __post_init__(self) -> None:
        self._sizes: dict[str, _Size] = {}
        self._open: set[str] = set()

    def document(self, document: DocumentNode) -> _Size:
        """Returns the size of all operations, and of fragments that none of them spreads."""
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        found = [self._size(each.selection_set, 1) for each in operations]
        found += [self._fragment(name, 1) for name in self.fragments if name not in self._sizes]
        return _together(found)

    def _size(self, selections: SelectionSetNode, nesting: int) -> _Size:
        if nesting > MAX_NESTING:
            raise TooCostly(f"The document nests deeper than {MAX_NESTING} selections.")
        found: list[_Size] = []
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                found.append(self._fragment(node.name.value, nesting + 1))
                continue
            below = getattr(node, "selection_set", None)
            size = _Size() if below is None else self._size(below, nesting + 1)
            found.append(_with_field(node, size) if isinstance(node, FieldNode) else size)
        whole = _together(found)
        return whole._replace(nesting=whole.nesting + 1)

    def _fragment(self, name: str, nesting: int) -> _Size:
        if name not in self.fragments:
            return _Size()  # validation says so
        if name in self._open:
            raise Invalid(f'The fragment "{name}" spreads itself.')
        size = self._sizes.get(name)
        if size is None:
            self._open.add(name)
            size = self._sizes[name] = self._size(self.fragments[name].selection_set, nesting)
            self._open.remove(name)
        if nesting + size.nesting - 1 > MAX_NESTING:
            raise TooCostly(f"The document nests deeper than {MAX_NESTING} selections.")
        return size

    def comparisons(self, sets: list[SelectionSetNode]) -> int:
        """Returns how many pairs of fields have one name at one place, here and below.

        The document must be known to select few fields, because this goes into each fragment wherever it is spread.
        """
        named: dict[str, list[FieldNode]] = {}
        for node in self._fields(sets, set()):
            named.setdefault((node.alias or node.name).value, []).append(node)
        pairs = 0
        for nodes in named.values():
            below = [each.selection_set for each in nodes if each.selection_set is not None]
            pairs += len(nodes) * (len(nodes) - 1) // 2 + (self.comparisons(below) if below else 0)
        return pairs

    def _fields(self, sets: list[SelectionSetNode], spread: set[str]) -> Iterator[FieldNode]:
        for node in (each for selections in sets for each in selections.selections):
            if isinstance(node, FieldNode):
                yield node
            elif not isinstance(node, FragmentSpreadNode):
                yield from self._fields([node.selection_set], spread)  # type: ignore[attr-defined]
            elif node.name.value in self.fragments and node.name.value not in spread:
                spread.add(node.name.value)
                yield from self._fields([self.fragments[node.name.value].selection_set], spread)


def _with_field(node: FieldNode, below: _Size) -> _Size:
    name = node.name.value
    found = below._replace(fields=below.fields + 1)
    if name in ("__schema", "__type"):
        return found._replace(schema_lists=below.lists, schema_lists_nested=below.lists_nested)
    return found._replace(lists=below.lists + (name in SCHEMA_LISTS),
                          lists_nested=below.lists_nested + (name in CIRCULAR))  # fmt: skip


def _together(sizes: list[_Size]) -> _Size:
    """The size of what is selected side by side: numbers add up, depths do not."""
    return _Size(
        fields=sum(each.fields for each in sizes),
        nesting=max((each.nesting for each in sizes), default=0),
        lists=sum(each.lists for each in sizes),
        lists_nested=max((each.lists_nested for each in sizes), default=0),
        schema_lists=sum(each.schema_lists for each in sizes),
        schema_lists_nested=max((each.schema_lists_nested for each in sizes), default=0),
    )
