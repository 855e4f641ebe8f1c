"""Every change is made by someone, and services may refuse."""

import pytest

from qhd_riskmap.domain.access import ALL_PERMISSIONS, Actor, Permission
from qhd_riskmap.errors import PermissionDeniedError


def test_an_actor_may_do_everything_until_accounts_exist():
    actor = Actor(name="张三")
    assert actor.permissions == ALL_PERMISSIONS == frozenset(Permission)
    for permission in Permission:
        actor.require(permission)


def test_a_missing_permission_is_refused_by_name():
    reader = Actor(name="李四", permissions=frozenset({Permission.READ}))
    reader.require(Permission.READ)
    with pytest.raises(PermissionDeniedError) as caught:
        reader.require(Permission.RELEASE)
    assert "李四" in caught.value.message
    assert caught.value.hint


def test_an_actor_without_a_name_cannot_be():
    with pytest.raises(ValueError, match="name"):
        Actor(name="  ")


def test_permissions_have_names_people_see():
    assert len({permission.label for permission in Permission}) == len(Permission)
