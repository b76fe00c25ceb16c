"""Changes beyond the fifty: constraints that Tortoise leaves out, search, renames of what others name, circles."""

from enum import StrEnum
from typing import Any

from tortoise import Model, fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from support.changes.case import NOTHING, ROWS, Case, Data, links, rows
from support.changes.models import APP, Version, kind, model, shop, thing
from support.changes.relations import to_kind
from twofold.schema.models import SqlIndex

__all__ = ["BEYOND"]


class Colour(StrEnum):
    red = "red"
    blue = "blue"


class MoreColours(StrEnum):
    red = "red"
    blue = "blue"
    ultraviolet = "ultraviolet"


def having(column: str = "x", **meta: Any) -> Version:
    columns: dict[str, Any] = {column: fields.IntField()}
    return shop(thing(**columns, meta=meta))


def check(condition: str) -> Version:
    return having(constraints=[CheckConstraint(check=condition, name="ck_things_range")])


def unique_where(condition: str) -> Version:
    return having(constraints=[UniqueConstraint(fields=("x",), name="uq_things_some", condition=condition)])


def sort() -> type[Model]:
    return model("Sort", {"id": fields.IntField(primary_key=True)}, table="sorts")


def words(**columns: Any) -> Version:
    return shop(note=fields.TextField(null=True), **columns)


def circle(key: Any = fields.IntField) -> list[type[Model]]:
    team = {"id": key(primary_key=True),
            "captain": fields.ForeignKeyField(f"{APP}.Player", related_name="leads", null=True)}  # fmt: skip
    player = {"id": key(primary_key=True),
              "team": fields.ForeignKeyField(f"{APP}.Team", related_name="players")}  # fmt: skip
    return [model("Team", team, table="teams"), model("Player", player, table="players")]


def slugged(length: int) -> Version:
    slug = fields.CharField(max_length=length, unique=True)
    return shop(kind(slug=slug), kind=to_kind(to_field="slug"))


def tree(key: Any) -> Version:
    return shop(
        thing(
            key=key,
            above=fields.ForeignKeyField(f"{APP}.Thing", related_name="below", null=True, on_delete=fields.SET_NULL),
            kinds=fields.ManyToManyField(
                f"{APP}.Kind", related_name="things", through="thing_kinds", backward_key="thing_id"
            ),
        )
    )


def odd(size: int) -> Version:
    columns = {
        "id": fields.UUIDField(primary_key=True),
        "order": fields.CharField(max_length=size, unique=True),
        "Group": fields.IntField(db_index=True),
        "of": fields.ForeignKeyField(f"{APP}.Thing", related_name="selected", source_field="select", null=True),
    }
    return shop(model("Odd", columns, table="table"))


NUMBERS: Data = rows(x=[1, 2, 20])
SAID = ["One one", None, "zwei"]
ODD_IDS = ["0189b1a2-0000-7000-8000-000000000001", "0189b1a2-0000-7000-8000-000000000002"]
ODD_ROWS = links("table", id=ODD_IDS, order=["p", "q"], Group=[1, 1], select=[4, None])
CIRCLE: Data = {**ROWS, "teams": {"id": [1, 2], "captain_id": NOTHING[:2]}, "players": {"id": [5], "team_id": [2]}}
TREE: Data = {**rows(above_id=[None, 1, 2]), "thing_kinds": {"thing_id": [1, 4], "kind_id": [3, 3]}}

CONSTRAINED = [
    Case(name="change_check", before=check("x > 0"), after=check("x > 0 AND x < 100"), rows=NUMBERS, up=NUMBERS),
    Case(name="drop_check", before=check("x > 0"), after=having(), rows=NUMBERS, up=NUMBERS),
    Case(name="check_nochange", before=check("x > 0"), after=check("x > 0"), rows=NUMBERS, up=NUMBERS, acts_on=()),
    Case(name="add_unique_where", before=having(), after=unique_where("x < 10"), rows=NUMBERS, up=NUMBERS),
    Case(name="change_unique_where", before=unique_where("x < 10"), after=unique_where("x < 9"), rows=NUMBERS,
         up=NUMBERS),
    Case(name="drop_unique_where", before=unique_where("x < 10"), after=having(), rows=NUMBERS, up=NUMBERS),
    Case(
        name="change_expr_index", before=having(indexes=[SqlIndex("ix_e", "(x + 1)", "name DESC")]),
        after=having(indexes=[SqlIndex("ix_e", "(x + 2)", "name DESC", where="x > 1")]), rows=NUMBERS, up=NUMBERS,
    ),
    Case(
        name="index_of_one_dialect", before=having(),
        after=having(indexes=[SqlIndex("ix_p", "x", method="brin", only="postgres")]), rows=NUMBERS, up=NUMBERS,
        acts_on=["postgres"],
    ),
    Case(
        name="enum_member_removed", before=shop(x=fields.CharEnumField(MoreColours)),
        after=shop(x=fields.CharEnumField(Colour)), rows=rows(x=["red", "blue", "red"]),
        up=rows(x=["red", "blue", "red"]),
    ),
]  # fmt: skip

SEARCHED = [
    Case(name="add_search", before=words(), after=words(), searched=({}, {"things": ("name", "note")}),
         rows=rows(note=SAID), up=rows(note=SAID)),
    Case(name="change_search", before=words(), after=words(),
         searched=({"things": ("name",)}, {"things": ("note", "name")}),
         rows=rows(note=SAID), up=rows(note=SAID)),
    Case(name="drop_search", before=words(), after=words(), searched=({"things": ("name", "note")}, {}),
         rows=rows(note=SAID), up=rows(note=SAID)),
    Case(name="rename_searched_col", before=words(), after=shop(said=fields.TextField(null=True)),
         renames={"things.note": "said"}, searched=({"things": ("name", "note")}, {"things": ("name", "said")}),
         rows=rows(note=SAID), up=rows(said=SAID)),
    Case(
        name="change_searched_table", before=words(x=fields.IntField()), after=words(x=fields.BigIntField(null=True)),
        searched=({"things": ("note",)}, {"things": ("note",)}),
        rows=rows(note=SAID, x=[1, 2, 3]), up=rows(note=SAID, x=[1, 2, 3]),
    ),
    Case(
        name="rename_searched_table", before=words(),
        after=shop(thing(note=fields.TextField(null=True), meta={"table": "items"})), renames={"things": "items"},
        searched=({"things": ("note",)}, {"items": ("note",)}), rows=rows(note=SAID),
        up={"kinds": ROWS["kinds"], "items": rows(note=SAID)["things"], "parts": ROWS["parts"]},
    ),
]  # fmt: skip

RENAMED = [
    Case(
        name="rename_not_said", before=shop(x=fields.IntField(null=True)), after=shop(y=fields.IntField(null=True)),
        rows=rows(x=[1, 2, 3]), up=rows(y=NOTHING), down=rows(x=NOTHING),
    ),
    Case(name="rename_indexed_col", before=shop(x=fields.IntField(db_index=True)),
         after=shop(y=fields.IntField(db_index=True)),
         renames={"things.x": "y"}, rows=rows(x=[1, 2, 2]), up=rows(y=[1, 2, 2])),
    Case(name="rename_unique_col", before=shop(x=fields.IntField(unique=True)),
         after=shop(y=fields.IntField(unique=True)),
         renames={"things.x": "y"}, rows=rows(x=[1, 2, 3]), up=rows(y=[1, 2, 3])),
    Case(
        name="rename_checked_col", before=check("x > 0"), renames={"things.x": "y"},
        after=having("y", constraints=[CheckConstraint(check="y > 0", name="ck_things_range")]),
        rows=NUMBERS, up=rows(y=[1, 2, 20]),
    ),
    Case(name="rename_fk_col", before=shop(kind=to_kind()), after=shop(sort=to_kind()),
         renames={"things.kind_id": "sort_id"}, rows=rows(kind_id=[1, 3, None]), up=rows(sort_id=[1, 3, None])),
    Case(
        name="rename_in_unique_together", before=having(unique_together=[("name", "x")]),
        after=having("y", unique_together=[("name", "y")]), renames={"things.x": "y"}, rows=NUMBERS,
        up=rows(y=[1, 2, 20]),
    ),
    Case(
        name="rename_table_and_col", before=shop(x=fields.IntField(unique=True), above=to_kind(target="Thing")),
        after=shop(thing(y=fields.BigIntField(unique=True), above=to_kind(target="Thing"), meta={"table": "items"})),
        renames={"things": "items", "things.x": "y"}, rows=rows(x=[1, 2, 3], above_id=[None, 1, 2]),
        up={"kinds": ROWS["kinds"], "parts": ROWS["parts"],
            "items": rows(y=[1, 2, 3], above_id=[None, 1, 2])["things"]},
    ),
    Case(
        name="swap_columns", before=shop(x=fields.IntField(), y=fields.IntField()),
        after=shop(x=fields.IntField(), y=fields.IntField()), renames={"things.x": "y", "things.y": "x"},
        rows=rows(x=[1, 2, 3], y=[7, 8, 9]), up=rows(x=[7, 8, 9], y=[1, 2, 3]),
    ),
]  # fmt: skip

RELATED = [
    Case(
        name="rename_referred_key", before=shop(kind(), kind=to_kind()), after=shop(kind("number"), kind=to_kind()),
        renames={"kinds.id": "number"}, rows=rows(kind_id=[1, 3, None]),
        up={**rows(kind_id=[1, 3, None]), "kinds": {"number": [1, 2, 3], "slug": ["a", "b", "c"]}},
    ),
    Case(name="len_of_referred_col", before=slugged(20), after=slugged(200),
         rows=rows(kind_id=["a", "c", None]), up=rows(kind_id=["a", "c", None])),
    Case(name="change_in_circle", before=shop(*circle()), after=shop(*circle(fields.BigIntField)),
         rows=CIRCLE, up=CIRCLE),
    Case(name="drop_circle", before=shop(*circle()), after=shop(), rows=CIRCLE, up=ROWS,
         down={**ROWS, "teams": {"id": [], "captain_id": []}, "players": {"id": [], "team_id": []}}),
    Case(name="add_self_fk", before=shop(), after=shop(above=to_kind(target="Thing")), rows=ROWS,
         up=rows(above_id=NOTHING)),
    Case(name="add_one_to_one", before=shop(), rows=ROWS, up=rows(kind_id=NOTHING),
         after=shop(kind=fields.OneToOneField(f"{APP}.Kind", null=True, on_delete=fields.SET_NULL))),
    Case(name="add_circle", before=shop(), after=shop(*circle()), rows=ROWS,
         up={**ROWS, "teams": {"id": [], "captain_id": []}, "players": {"id": [], "team_id": []}}),
    Case(name="fk_retarget", before=shop(sort(), kind=to_kind()), after=shop(sort(), kind=to_kind(target="Sort")),
         rows={**rows(kind_id=[1, 3, None]), "sorts": {"id": [1, 3]}},
         up={**rows(kind_id=[1, 3, None]), "sorts": {"id": [1, 3]}}),
    Case(name="pk_bigint_of_many", before=tree(fields.IntField(primary_key=True)),
         after=tree(fields.BigIntField(primary_key=True)),
         rows=TREE, up=TREE),
    Case(name="new_model_and_fk_to_it", before=shop(), after=shop(sort(), sort=to_kind(target="Sort")),
         rows=ROWS, up={**rows(sort_id=NOTHING), "sorts": {"id": []}}),
    Case(
        name="drop_model_and_fk_to_it", before=shop(sort(), sort=to_kind(target="Sort")), after=shop(),
        rows={"sorts": {"id": [7]}, **rows(sort_id=[7, None, 7])}, up=ROWS,
        down={"sorts": {"id": []}, **rows(sort_id=NOTHING)},
    ),
]  # fmt: skip

SHAPED = [
    Case(name="drop_notnull_col", before=shop(x=fields.CharField(max_length=9), y=fields.IntField(unique=True)),
         after=shop(),
         rows=rows(x=["p", "q", "r"], y=[7, 8, 9]), up=ROWS, down=rows(x=[""] * 3, y=[1, 2, 3])),
    Case(name="drop_notnull_col_filled", before=shop(x=fields.CharField(max_length=9)), after=shop(),
         fillers={"things.x": "'was ' || id"}, rows=rows(x=["p", "q", "r"]), up=ROWS,
         down=rows(x=["was 1", "was 2", "was 4"])),
    Case(name="two_to_notnull", before=shop(x=fields.IntField(null=True), y=fields.TextField(null=True)),
         after=shop(x=fields.IntField(default=7), y=fields.TextField(default="{}"), z=fields.TextField()),
         fillers={"things.z": "name || '!'"}, rows=rows(x=[1, None, None], y=[None, "b", None]),
         up=rows(x=[1, 7, 7], y=["{}", "b", "{}"], z=["one!", "O'Two!", "vier ☃!"]),
         down=rows(x=[1, 7, 7], y=["{}", "b", "{}"])),
    Case(name="len_shorter", before=shop(x=fields.CharField(max_length=500)),
         after=shop(x=fields.CharField(max_length=5)),
         rows=rows(x=["12345", "", "é"]), up=rows(x=["12345", "", "é"])),
    Case(name="drop_dbdefault", before=shop(x=fields.IntField(db_default=1)), after=shop(x=fields.IntField()),
         rows=rows(x=[1, 9, 1]), up=rows(x=[1, 9, 1])),
    Case(name="column_in_the_middle", before=shop(x=fields.IntField(null=True), z=fields.IntField(null=True)),
         after=shop(x=fields.IntField(null=True), y=fields.IntField(null=True), z=fields.IntField(null=True)),
         rows=rows(x=[1, 2, 3], z=[7, 8, 9]), up=rows(x=[1, 2, 3], y=NOTHING, z=[7, 8, 9])),
    Case(name="order_nochange", before=shop(x=fields.IntField(), z=fields.IntField()),
         after=shop(z=fields.IntField(), x=fields.IntField()),
         rows=rows(x=[1, 2, 3], z=[7, 8, 9]), up=rows(x=[1, 2, 3], z=[7, 8, 9]), acts_on=()),
    Case(name="odd_names", before=odd(9), after=odd(99), rows=ODD_ROWS, up=ODD_ROWS),
    Case(
        name="several_at_once",
        before=shop(thing(x=fields.IntField(db_index=True), y=fields.TextField(null=True),
                          z=fields.IntField(unique=True),
                          meta={"constraints": [CheckConstraint(check="x > 0", name="ck_things_x")]})),
        after=shop(thing(v=fields.BigIntField(null=True), w=fields.BooleanField(default=False),
                         z=fields.CharField(max_length=9),
                         kind=to_kind(),
                         meta={"unique_together": [("v", "w", "name")], "table_description": "Much."})),
        renames={"things.x": "v"}, fillers={"things.x": "3"},
        rows=rows(x=[1, 2, 2], y=["a", None, "c"], z=[1, 2, 3]),
        up=rows(v=[1, 2, 2], w=[False] * 3, z=["1", "2", "3"], kind_id=NOTHING),
        meanwhile=["UPDATE things SET v = NULL, kind_id = 1 WHERE id = 4"],
        down=rows(x=[1, 2, 3], y=NOTHING, z=[1, 2, 3]),
        again=rows(v=[1, 2, 3], w=[False] * 3, z=["1", "2", "3"], kind_id=NOTHING),
    ),
]  # fmt: skip

BEYOND = CONSTRAINED + SEARCHED + RENAMED + RELATED + SHAPED
