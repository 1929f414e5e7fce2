"""The table of Libcloud's methods beside ours is true of both libraries, and whole."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

from cumuli.libcloud.table import Driver, Method, Row, Verdict, drivers
from tests.support.libcloud_api import problems
from tools import libcloud_table


def changed(name: str, method: str, **fields: object) -> Driver:
    """A driver with one of its methods' rows changed."""
    driver = drivers()[name]
    row = msgspec.structs.replace(driver.methods[method], **fields)
    return msgspec.structs.replace(driver, methods=driver.methods | {method: row})


def without(rows: dict[str, Row], name: str) -> dict[str, Row]:
    return {argument: row for argument, row in rows.items() if argument != name}


@pytest.mark.parametrize("name", list(drivers()))
def test_every_row_is_true_of_both_libraries(name: str) -> None:
    assert problems(drivers()[name]) == []


def test_it_is_of_the_version_that_the_page_names() -> None:
    assert version("apache-libcloud") == libcloud_table.LIBCLOUD


def test_the_page_is_fresh() -> None:
    assert libcloud_table.PAGE.read_text("utf-8") == libcloud_table.page(drivers()), "run: make format"


def test_the_guide_has_the_counts() -> None:
    text = libcloud_table.GUIDE.read_text("utf-8")
    assert libcloud_table.guide(text, drivers()) == text, "run: make format"
    one = {"local": drivers()["local"]}
    assert libcloud_table.guide(text, one) != text
    with pytest.raises(ValueError, match="no sentence"):
        libcloud_table.guide("", one)


def test_a_missing_method_is_found() -> None:
    driver = drivers()["ec2"]
    less = {name: method for name, method in driver.methods.items() if name != "ex_create_subnet"}
    assert problems(msgspec.structs.replace(driver, methods=less)) == ["ex_create_subnet: has no row"]


def test_a_method_that_libcloud_has_not_is_found() -> None:
    driver = drivers()["ec2"]
    row = Method(name="ex_make_tea", ours=("list_nodes",), verdict=Verdict.EQUIVALENT, arguments={})
    more = msgspec.structs.replace(driver, methods=driver.methods | {"ex_make_tea": row})
    assert problems(more)[0] == "ex_make_tea: Libcloud has no such method"


def test_a_missing_argument_is_found() -> None:
    arguments = without(drivers()["ec2"].methods["create_node"].arguments, "ex_keyname")
    assert problems(changed("ec2", "create_node", arguments=arguments)) == [
        "create_node: the argument ex_keyname has no row"
    ]


def test_an_argument_that_a_constructor_takes_by_stars_is_found() -> None:
    arguments = without(drivers()["openstack"].methods["__init__"].arguments, "ex_force_network_url")
    assert problems(changed("openstack", "__init__", arguments=arguments)) == [
        "__init__: the argument ex_force_network_url has no row"
    ]


def test_an_argument_that_libcloud_has_not_is_found() -> None:
    method = drivers()["openstack"].methods["ex_rebuild"]
    more = method.arguments | {"ex_sugar": Row(name="ex_sugar", ours=("name",), verdict=Verdict.EQUIVALENT)}
    assert problems(changed("openstack", "ex_rebuild", arguments=more)) == [
        "ex_rebuild: Libcloud has no argument ex_sugar"
    ]


def test_a_verb_that_we_have_not_is_found_in_both_flavours() -> None:
    found = problems(changed("s3", "delete_object", ours=("remove_object",)))
    assert {"delete_object: S3 has no remove_object", "delete_object: AsyncS3 has no remove_object"} <= set(found)


def test_an_argument_that_we_have_not_is_found_in_both_flavours() -> None:
    method = drivers()["swift"].methods["get_object"]
    rows = method.arguments | {"object_name": msgspec.structs.replace(method.arguments["object_name"], ours=("nam",))}
    found = problems(changed("swift", "get_object", arguments=rows, danger="none"))
    assert found == [
        "get_object: Swift.get_object has no argument nam",
        "get_object: AsyncSwift.get_object has no argument nam",
    ]


def test_an_argument_of_another_verb_a_field_and_an_option_are_looked_for() -> None:
    method = drivers()["ec2"].methods["create_node"]
    for name, problem in {
        "ex_create_nodes.cuont": "EC2.ex_create_nodes has no argument cuont",
        "SpotOptions.maxprice": "EC2.SpotOptions has no argument maxprice",
        "ClientOptions.tiemout": "EC2.ClientOptions has no argument tiemout",
    }.items():
        rows = method.arguments | {
            "ex_maxcount": msgspec.structs.replace(method.arguments["ex_maxcount"], ours=(name,))
        }
        assert f"create_node: {problem}" in problems(changed("ec2", "create_node", arguments=rows))


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.EQUIVALENT])
def test_a_verdict_without_a_reason_is_found(verdict: Verdict) -> None:
    found = problems(changed("local", "delete_object", verdict=verdict, note=" ", ours=(), arguments={}))
    assert f"delete_object: says {verdict} and not why" in found


def test_arguments_in_another_order_are_a_danger_to_be_told() -> None:
    found = problems(changed("openstack", "ex_remove_security_group_from_node", danger=""))
    assert found[0].endswith("security_group would be taken for node, and there is no word of that danger")


def test_a_row_has_one_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.toml").write_text(
        '[driver]\ntitle = "X"\nlibcloud = "libcloud.x:X"\nours = "EC2"\n[method.m]\nbetter = "a"\nnot = "b"\n'
    )
    monkeypatch.setattr("cumuli.libcloud.table.ROWS", tmp_path)
    with pytest.raises(ValueError, match="both better and not"):
        drivers.__wrapped__()
