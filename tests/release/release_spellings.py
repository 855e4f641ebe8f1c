"""What the tests of spellings hide: a name, a number and a place."""

NAME, PHONE = "秘密场所甲号院", "13855501234"
SPOT = (119.543217, 39.981234)
