"""README.md: how the project is served, and how its first resource is opened."""

from __future__ import annotations

from twofold.adopt.code import sentence
from twofold.adopt.design import Design, ModelDesign
from twofold.adopt.resources import cannot_be_created, resource_name

__all__ = ["readme_file"]

README = """# {title}

The database `{database}`, served as GraphQL and REST by Twofold. `twofold adopt` made this folder and changed nothing
in the database.

## Serve it

{url}
```sh
twofold serve
```

The first start makes the engine's own tables, whose names begin with `{prefix}`.{views} The tables that were there stay
as they are, and whoever has changed them so far goes on to do so: the models say `managed = False`, so that
`twofold migrate make` leaves them alone.

## Open a resource

Nobody may read anything yet. In `{app}/resources.py`, say who may see the rows of `{first}`:

```python
from twofold.rules import EVERYONE


class {first}(Resource[{model}]):
    read = EVERYONE
```

Start again, and ask for them at `/api/v1/{path}` and as `{field}` at `/graphql`. A rule may say which rows, too:

```python
from twofold.actor import Actor
from twofold.rules import Rows, rule


@rule("Only people with an account.")
def members(actor: Actor) -> Rows:
    return not actor.is_anonymous
```

`twofold users create` makes an account. What may be written is said by `create`, `update` and `delete` in the same way,
for example `update = members`; fields with `write=True` may be set then. A relation shows the rows behind it that its
own resource lets be seen.

## What is where

| resource | of | notes |
|---|---|---|
{rows}
{left_out}"""
NO_URL = """Its URL has a password, which is in no file here; set it where the service starts:

```sh
export TWOFOLD_DATABASE_URL='postgres://USER:PASSWORD@HOST:PORT/DATABASE'
```
"""
WITH_URL = "Where the database is stands in `.env`; `TWOFOLD_DATABASE_URL` in the environment goes before it.\n"


def readme_file(app: str, database: str, shown_url: str | None, prefix: str, design: Design) -> str:
    """Returns the text of README.md."""
    first = next((each for each in design.models if not each.is_read_only), None) or design.models[0]
    views = "\nIt also makes views, for rows that have no key of one column." if _has_views(design) else ""
    left_out = "".join(f"- {sentence(each)}\n" for each in design.left_out)
    return README.format(
        title=app.replace("_", " ").capitalize(), app=app, database=database, prefix=prefix, views=views,
        url=WITH_URL if shown_url else NO_URL, first=resource_name(first), model=first.class_name,
        path=first.plural.replace("_", "-"),
        field=_camel(first.plural), rows="\n".join(_row(each) for each in design.models),
        left_out=f"\n## Left out\n\n{left_out}" if left_out else "",
    )  # fmt: skip


def _has_views(design: Design) -> bool:
    return any(each.key.view for each in design.models)


def _row(model: ModelDesign) -> str:
    notes = ["read only"] if model.is_read_only else []
    why_not = cannot_be_created(model)
    if why_not and not model.is_read_only:
        notes.append(f"cannot be created: {why_not}")
    notes += [f"`{name}` left out: {reason}" for name, reason in model.left_out.items()]
    of, said = (_cell(each) for each in (model.table.name, "; ".join(notes)))
    return f"| {resource_name(model)} | `{of}` | {said} |"


def _cell(text: str) -> str:
    """A text as it may stand in a table."""
    return "".join(each if each.isprintable() else " " for each in text).replace("|", "/")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
