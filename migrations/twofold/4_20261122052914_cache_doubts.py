"""Cache doubts."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import run

RUN_IN_TRANSACTION = False

UP = {
    "sqlite": [
        """CREATE TABLE cache_doubts (
            id VARCHAR(40) NOT NULL PRIMARY KEY,
            until_ms BIGINT NOT NULL,
            life VARCHAR(64)
        )""",
    ],
    "postgres": [
        """CREATE TABLE cache_doubts (
            id VARCHAR(40) NOT NULL PRIMARY KEY,
            until_ms BIGINT NOT NULL,
            life VARCHAR(64)
        )""",
        "COMMENT ON TABLE cache_doubts IS 'A process has written while it had lost Redis: nobody may believe what is kept there; see `twofold.cache.doubts`.'",
        "COMMENT ON COLUMN cache_doubts.until_ms IS 'By the database''s clock, since 1970: after this, others may end the doubt, its process being gone.'",
        "COMMENT ON COLUMN cache_doubts.life IS 'Of the one row with the id redis: this database, and the run_id of the Redis that counts for it.'",
    ],
}
DOWN = {
    "sqlite": [
        "DROP TABLE cache_doubts",
    ],
    "postgres": [
        "DROP TABLE cache_doubts",
    ],
}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztXW1z20aS/itT/BKninbJlETZ8tVVybaS6NaxUrKySW2SYkBgSM4KxHAxIGleLv/9um"
    "cAEO8CSJAaUvMlsYBpAOwGerqffvurEyz5iLvOqyvbpkLc8wfqdS7JXx3PmlL4R+H5LulY"
    "s1niLB4JrKErKSy5chDgUiHXDkXgW3YAJ0eWKygccqiwfTYLGMe7da48wmfWf+aUDKnlU5"
    "9I4i4RAfepQyxBggklX364etk77xM+IsuJFRAWCDKBu8N6QT1HvMKbOdyGuzFv3PJ15x6D"
    "68CvGlOg8eHqv/0Bh5nn0K9URH/OHgYjRoEhSRYyyR95fBCsZvLYzz/ffPxOrsRnHg5s7s"
    "6n3nr1bBVMuBcvn8+Z8wpp8NyYetS3AuokGOrNXTcUQHRIPTEcCPw5jR/VWR9w6MiauyiW"
    "zn+N5p6N0iCRvOXjilceXQ6Y89/hUyYoBoPPt/eDL9f3g0EnJ1B8mowswkM29/BlYF6APP"
    "vrb3XdNW/k0Q7e4MMPV3cvTvvfSm5wEYx9eVJyrvO3JLQCS5FK/ifeWZTyYGKJSZ7xHyaW"
    "X8z4NFVGAPDQu2F9xKodMLcztb4OXOqNgwn82T+rYPY/r+4kv/tnkt8cPlf1MX8Oz/TkKW"
    "T7ms3C5niNHIv/58vt52IWryky7HWYHZD/Iy4TQQ02h0yMuRwtWbN5rWc253PnF6UMyNRa"
    "EYe/k5e4JJbrgtYI1cRcgJKA8znV0/h1R6bhRaZC/MdNcv7Fj1e/ZoXy4dPt++x3gRd4n5"
    "GQ7VPk4sAK8lL6CGcCNqXFkkpTZqUVkr6K/rHJp7EbodX/OOAHOreeuwrfpwrR3N/8eP3l"
    "/urHn1Ly+Xh1f41nevLoKnP0RT8js/gi5Jeb+x8I/kn+dfv5OivGeN39vzr4TNY84AOPLw"
    "eWk9Af0dGIaymp068zBlfbQOppyiOU+oFIOeJJpZh9uoAda5OPO03Zgpj3o5CfpZRtl1Ev"
    "GDSzIVNEW5iSj8u1BXumcw82OPgTLrMtZYLi7ooGuIA9Ntp20VCfUV9w7xtB+NIjgo29l8"
    "zbfud91NBcC2PsW41lkaQ5CFEAl6dMiFgSYAHZfEoFGfl82iWW5xD0isiSBZNIOh73KPpP"
    "ViyjvcoFzbCGYkmQtOlr7UQse3Cn0HkdPRR6U8ipPGe/Aw8avsB/0JXk7w08h+XZtICfkU"
    "f5c3idg2Tp+uj6/r61jL395PsEv92hLg2Uv3n15cPVx+tOgVJvg6kf4itpoz/2pMoflUhq"
    "E3xcJlJPtyGS76MLaSORp9Doj4onuS8WSwd10tCyH5aW7wxSygnP8B7PHInX5k9Ne9PsEc"
    "uzxpLL+DPwoWOkc8ZA2p1CEFSd6lbjnzM2eKCrutAncbk3fumyBXUIkJER95HpPgcGTVuA"
    "QNu/voFC9dq7uxVQqPx/juXlIGi0vh3486kxnhQA+vrkpAYCCqtKIVB5Lm15znw6Yl+bcH"
    "hNoTOP5b4B6gJ26BHzBWwY8INAkcFe0CXDFWgHZk+keoANHLTDA/ivuMfX3CQykunXEUzW"
    "C0/IpZ8VCzx5Y/w/SWPQf33R/42+gIRaH86ZGzBPvML7NVXnuaAAnc6CVSYqoD4JExbQR5"
    "2ZsIBWYQGDF5uogJHyFlI2gKcBPHfL0u0Bz6eCb4IAbbJOIX4TnutWAzhqVU0A5we+JHwU"
    "UI8IPqXBBHgbWoICLNopA7mTJcIrPoN/CQbvDPlzSMeWB5r2z0ti87mHayQuA1bkzOeYP0"
    "eBIgRY8qDOnu65BdBzvA5Y5zbCxmJeKwgVmbmc8OlGLnBb/lkFEjSfDov02o0XlEBBMUFG"
    "GKwWvK2dZT/Gh3jZe312cfbmtH/2BpbIB42PXFSI4ObzfcaJij6npmZWkm4/DpQmG/JBGF"
    "k5s+CJdrHrqcXc8mzsxOnqvYziwma52KDVvAe1neAeIqgXIOJHX+KlumTMuUM47CiXj8UO"
    "BGFeESS4o1uYsIReFnbVZjSb+0DRKDKRINEaOF9Qn41WBIwBYAcNNsLD6wUqKuIUWbBWqo"
    "Em3I4JtOb1L/CdU0RjIy1yqXTHcsJcChoD9YPSHOitfCMIaH+QSt1QdloqvfM6NhqsKpWL"
    "PJcWjClV2EuwwiDe5aw3iLdJhNdVyvVSpOGnzaebfd1pUgN66yxnA3ob0Hu3LD1Y0Pv6a0"
    "B9z3JvHDCCWVCcvZhb1K2GDsLl8HvlekZrIwiyLBJMcsvj6IqT2xn1bj4izLxgTpwtBKfy"
    "YGlz6gK//7cOE2KuXkQxH/6bwuP+YcAATcGAtazq+j9rCp3d0w29n975eS0/87zCzzzPZW"
    "uFX0EDJidIDJfrcdm4meXcP14309ilxi41dmmhXXpHbb6g/uoDd2ihTZpaUG2P+uFS4IZT"
    "1xSV2boc7Ee0Jolly8QHGVoiywn1JDQs4LoYvocLcV9G9eEFTUaerCjulDdWd3B9E8bSSz"
    "dVWa74JjYG71NEBrt/HLs38N4mr7VOVpSB94wZpQFLD9aM+kJl9XahBRWdqzaehFpVG8Eb"
    "+nyJMBzzwlI/TDQdcmcli/XBbmHeO1nrZHP+wCiaNbUMplavbEwlvfRPlalkEh32YixhNj"
    "h3GpVlJkgOuC4TU+JBCaxkmADT3ydc/W35lLywpn6X3H33gbx5fdH/VtOyTLn7wA5Q1Iak"
    "/BNJU+0Pqe3sSv9kcNpaVfu9iqr9Xr5qP0wDa8LmBIm+PJZV+6rvzTeC3Py0Vb7bWR2A/K"
    "wcHz8z8LiBxy/lyQkGkO0NZV9EfzhvAOaoemonci0RlGxP8BMH+NwtbE06vR61/H6Tpfcs"
    "xGwK05+DlA2IZ0C83bJ0lyBephtkgYPwPqT77h931JU9Liv43F4nyParZcZsQSXQtm79CH"
    "90ydxzwWHA40zIkmY+GrnMo0SNddmyCeTfO4VJ73kw+0gXzC6ONSdOdyvB0gAWAltxZaOU"
    "x29EOtjbDRHOqfWApfWwOb0cWoJibSN9iX+SmSXEkvsggBeITvR7p2/yJmD7VzfAqV46v1"
    "sBnApquWD8gOh9WmA63dOvJfX7OUKds/gkciEmFuL86om7oJhsfzXDPhVzD/N+VTKFv5Cf"
    "Al+20Pr9/vrX+2oYL7auPt1+/j5ansX20igHunkDEdBZwe7BxqXtFlJk++u4cLKBnKRywU"
    "fFQmyUivJsQ21DAlBI3qXqIAybiKzIDJagTOvCUKpTw9te7/T0ondy2n9zfnZxcf7mJG7Z"
    "kD9V1bvh/c332L4hJbh8PwcDTpUL5HjBKfilI+ZvnF2Soj0Yz1RhUhhjVb1d4y8XDUOfjS"
    "fBugt4gIFaMD/IitZt7nogr8eB+bNPGrZs0Z1tkkLxmOt769F7Dv/ZteOrA+9b9nu387Qk"
    "I4t8rIjDFd4VPmdtt0oNH1Du6TrDtshFqlhp3B29dEKVu/PUnUp20jLuE1+C/2KDd65P5x"
    "EzGWDHkwFCo6pxzlOOUGeOdyx/zL0ec1R6zdvXJ/136BV6PLYqL1WP9A3f/B1U6fncbfTm"
    "R+v3mPdhz0XAp2or3UeOTa0Um4oMmyyLmRjAxs4WBXx+z4GdlleygSbpMvweAuGuGB4p+f"
    "1uk+9vbz+lHKH3N1l86ecf31+D6pGsh0UsKEEvVJ8/2XuMbeTMFl7gwDxaS/UVlO0EA5lf"
    "ESVASc8W67So8wydWANtlSvC44W24FuOCgPSIv+nOlEs8QTV/kDo1w2/9g/o2qnGfvbE8s"
    "ZUvJPzyTBsiR4ufv3qBOEgW9UsdMXnZGItMIZA68YO2mga3AABSSTNyWhronHrFmHoK3mt"
    "uFvsgX2hpaHkVI5hYubeNpyK5/sdI5OyvYC3YFS6//BRMqu4+9E2PCtov3SMnMvX6W/BtG"
    "x/gGNkWLI2bwtWJQoBj5FLqqxhWya1OC+5Jb+FE5+OmQDdgLWPQXqWBBo04BAL7I6uGEDA"
    "JJcKBO4eRelgUeoagrqjbRO1shX4bfBeXeZYX9C9pgweJIdCZ3zjTUHWAY987gWvrtblWM"
    "fIqSnF2StiwmYt8OrH+GLHyi7uO2FMcTtO3eJ1jpVJPl0wumyBS3fyQsfEpkZZycma9jhP"
    "uJyrUY5CDeWfTlDWwkBph7eN5rfNgTc++1/JrNK+YflV3eqZbsn1TTqIXRFcrGbVWHHzCt"
    "vyfSbHpcFBZZglxtZIE07A/QI3H/Zq54ompeFwUhpMl7A9NL4Az4f51A4Gc581Cu5m6HQO"
    "tm8c3q3bQ6GyiUIuyCtfUXtiuXinRhH1PKXObO986Z33VX7DRf+0T36fn5xYF2evek866T"
    "GRycO9IgOkIpWHF6dJ1uO6ZoZHmrvnr3s12AurSvkrz5nSABM/NX0JNrGTdJJyveQI0170"
    "WchZwrMNSzmSNKY3QWVvgnEEXG/bnKBFBFzHKo3kK6VVj9EwMlYEtqyDZhUISyI+VwNV8Q"
    "hcysWeTtLLRyxkaq2IJR5k7EslKaiy9Yvzt69Dm7v3rWoNyhw5+hf+9ae6LTD0zwKkZVd3"
    "MeiLXnqpW4G+mDqH3dY5NMRb9g6zNO6heAMf/ITL9hnjTet1djHBSXZFaIwjZsg09vg7YW"
    "vnKKvBIrP5EJR3jIZjaR+f43iNzcSyW9CxUc/dHOHhdt5tQ73vpJ0unh+4fAyvzGBjQVVe"
    "xAitdaEp81jdqIGYMmRGMK0LRti8oUzWFIcrDjXgiaXcBk27h8sesqqXexP7IEOms9WLcQ"
    "u4RuiLhYbN0BJgIoAzlz6M3NrERjitYyGflhvIp/lSSEel3A8sd9xEMFm6PVrMdxjwavql"
    "SCIUxHVM3dg9qeWdVDgnpgx1E3XUYhmqiZSVv+vHGynjS69xl6QkzRb41uOuaRv9OzTJ0m"
    "8XsZcSaAOxr9lV6VmJ6tE4QPL937xN8dOVie4JE8J2kzkMfwKPi8B8JC6sA1btn1RjUDlJ"
    "7CVr2CDU1MBszyWVDN1K5Z9KhD7muj9TMPQYh2ZzMQGb0KfwyGJrVv0kr3anLnZMLNttXD"
    "jUWIWB4bU2q4oMJ1RnzZHdlux4TizX5Uuc/BjHAARXW0A8Owc7lFrigaotHnf3sVWg+Vu8"
    "bEHw97e4P6W6YOcPEw7WNBz8PHFMbWFlAxiUiuKIAYM4naaJ8ksRmWy8gtmhWvSp1sNIah"
    "cq0W/wkhaGZ7dpB+q8DmiDq7V7euj55T/K1pTi0ypnNOGjF7kHaRe+wkPIwgZ1ynIVjTLb"
    "l5YcZgCWejxMHuto0cxH2x0PBhMQRZdQuNpSzsGSWZ9v+r3igUstX90kjOql66s8hMTL2D"
    "jbrojWFO9m4rT5PDq5cWzE8DylYfej7DY+sFY+MNyX+gvLHRSIpHRcWJpof61aN4jh/AD7"
    "pMu9sYzThBsrfK24ieLWSoY0WFIqNw8isVlshrfHBq3ppFHX3QiOSBGaSkCdKwEd6m3WIz"
    "1FaGSss4wNrliuMo8XVzQl+8/j4zYl+89DziZM0HKY4AmbIOwr/U/Va+C8lzDMn5hliihd"
    "O4NMN48lGNy7Rdw79263wde6KVWH+0YfbpcKJZuiYEMstYo4wzrjrmYeEo4wT7UOJWOcIB"
    "MlDqnU05E1Ze4Kp95ZqrUnJhyDqKL+EjKIYGNF+ciXGcgl2Uk7vJmJP+i2J5sMpQNBZ/GL"
    "xPIAe0M8oYj+cPxLNVgPFY/MnHQtHBfv8wV1sJxinS/5QtaR4rPnw6nPwFExaNMzRJt8uo"
    "A9dxOppykNCKH1t21AiJZBiHDeVUOWpqkOAIjANKDQbxuzBfWwqRyhniNkIyNZmTj3XBxO"
    "C8eZSjDio5HL0A2QtXg7hykOJYP0MN7xg0og1RHwMfmjOuBoYj1HcFvO1h9JeKxK+VHhpL"
    "e1lHTgV5DPP3/6ZErB41LwGfWnTDJMAV1MYV1Cgl2q0j8W5holBdlJvCyqEW+3Lnz7UufC"
    "YUYH5udpXR6+t2Gee4DqMy7oCGyQSTtf/Z262NGNdd5pQCJdVF4UmMiVnVcEKAoK3h+PVE"
    "jFaPlw2wAUnFR1XiaQEF6wS5YTZk/ikALBumxiTajlIBnCfNE8MlnA8PZ1r19QHrGPG5qI"
    "hV7OTbciYjH3WfPE/QSNSdlXIYmKlP3159YkMJSm2n9w6GncdFOobiD+1DqTUGowfoPxPy"
    "X+acC6wy/2TrmHRY5O1n+s8HPyfmvNhCzwBsTam8C6bI9+DcLkp8TAZJUsJc8h/KNAIgnx"
    "wfFpSQJWixc37oteuqnKfVFttps6MGkq48I86sIYC9pY0MaCPlYL2pRkPQs5mymqZoqqBl"
    "6StvUpX0BM8ANBUp0iFylxulvpIAm1cPBAV7U7YsFaMrOYr0LjeAVBbj6G7ktupOlD8cjU"
    "Ta9iHB69lEy3wuGx3DH3wV2dNvF3UkRaj4nScRIRKOyg0RjamEBrViMGcqnmdGLguiv7Zs"
    "8FdTDR4R1RQ5TeER8sN586iZVEBMx1Nxrj2b5w1JzRwb+XD42CaymqQwiuddSg69cXXWJF"
    "CW6xRDQdayeohX2VCmVzD29fWbJ4kkrrTwiTKaI9t0uoZ/urGTwUmcNtfAk0CuovqB+NNp"
    "Hz7Vqosbr+9b5aWLHj8en28/fR8qwEDcRjIB6p5TetjszQGu9fZ+8/3Mc3qnhLUhop6ybl"
    "HCbxRP7z9aJs1ow60630mumi/pyZL1Hb5nCmGFwW3ri8GVS68Hfvd+8mIPicQu7TPl/KDH"
    "Q1nixKO0c3eWG5cyouZck0w8aXrqNOEdwVJPV0veGD7407vT93qTC+9aH51s23QGPyaKUj"
    "65g88v85OZd789F6rT2ROyr43LdVS5llUtddYs8HZ24H4tV8hm9kXW8x67nXc92rfPec8+"
    "6HT91EHEkanUWyaey+Dpv75Vzu55nMl4VBnwoWxxTHyODWkyPAVOFNy6+TNDuth9fFkm5Q"
    "zW5PLA8tzBw7y/G8BMnhtlGScJIyScP6GmWkhH3B1E/UCOrTxe+4ceh0xgPq2auy2F1mSb"
    "UnwtaLG8fwVOAtGjUjK6ZkcqFFlj4LaHe9P6N85TEsOSwL5m1zucJZl/HgcLi6mXSprSdS"
    "Mt+9fMuOCXTesaWCk73I0JkWKlH3HYGvLVjJav0FEwz2xdoDJFIb+2m/xsZ+mnU81hs7nk"
    "pvRA9KVdSVQbhcZwlsaDP1zs9r8BZWlTJXnktzdwT3p/7MZ0VZM+VczpDpzO3O7Witly9B"
    "V3NUxDLvfGqtZLx1gl1CZaAIuIIqf6NXv32bls8DmRrfxAhL0mxlhe2z5N9Gvks8r4v/o5"
    "aNnUQKygz0CKkeVpRurynwx4VY6WJcf4APgn7k82Exsp84XW1U27hw4ODK2gb1zOfYy0YO"
    "nEIdCiY59iRwZRugieUQF/hM7qjDBHbpkDYyKtYhdRkFvSoNYyZArc6kgezTd2B1UPJn9P"
    "TyoV6phypMqNvzE2BY4tZT0QigsoagUsMuDPIexOZzeN13EVgo33DbRII0KpI5qwO0nZUD"
    "bWch0FbRWsELmDuYFrV2YePS4XBJKq1Hw71fqaFw8POHlqDfwNvpcvuhSwTzbEpev704AZ"
    "tnFMjAGBOwveJ7KuT3QcFtlcT44ndlnC361IYUw3VjMJKajZF72+udnl70Tk77b87PLi7O"
    "35zE8+Typ6oGy72/+R5ny6XEnh8257JRI9g6Wr/Rd7Qngyg0V3mogaKqSMwZ9pWKQ0HGEl"
    "fog4yezrEJWoRaKVUVNrNHfSV9u4LW+fszbXXZTa+oD8q8cCcNT1XvotZ60WP7Z7labHnn"
    "KB9zWbRxFOiw8O3Wd99oZU5l+T6xAK1Y2LSxXJskSHR2gHWCG/CrasDhcPkRcncnkVy4Y1"
    "DYJaIiZrMmOYQE7DYQ4eMIvfz9/9LO4pc="
)
SCHEMA = (
    "eJztXG1z2zYS/isYz2Rsz8ge24md1Jn74LzcxTdp0rGd6117HQUiIQk1RagEaUXX5r/fLk"
    "BSBPguU7IS65NlEAQXwO6DfcP+uSP/8HjIds7JnzvUcZiU/VDcMl+qFp9O8JH1pEd2HOFF"
    "E9Xp10Uv7uKjcD5V/71+d3G19/RsH9uG3PNYgK2emLFgb8y+7AXUd8Vk4InB3rP9ffLXX2"
    "T3YBf/WA9PkofP1FMZDWSYGwE69chJ3PFF045Fnzvb39/f+drLTD6SLOiXzM3o6Hic+WFZ"
    "V2jzI8+jAw/bwyBixssjoGHZd9W+9MdUjrNv/+viSg1w9syiUzpiymS26z+vP36o+4gTMB"
    "oyt0/D7Js3lz++vb65+PEnc5th5Ychn7C93Sf/OXgyOXji3jx5d/7kx/Mnw90e2fXFbFfv"
    "wdHR0S+7Jnnsy5QHTJZ+yOgcsDuYfCVV9qR+g7ZpwCc0mPdv2Rx5GFkXm4ciYHzkY7PF28"
    "PbviEE/QxXZIQhZRYcLaTBiIUJC+kFV0397BtxZ+H3XeaxUG/8xfXrizdvd3R7NHWpbv/w"
    "kVy8vrmEzTIWIUecwYnZjy0emATq9nWSmOX37LfSdpNA1dwxffhO5PM/ImZtdvSHRawpYN"
    "lPZ578pgbkvsu+2APyL+Xck/DagnWMhcu9auxt+nJmY6tfz657+vZi0b/i6zt0yhMZyBwC"
    "SeMW/4vxX/0tAODjoyOr5zRgQ/6lsK89KKx4F8i+2IHdX3+zAHdjkL3mBFon1se8/uAwX4"
    "lRCZFZHsl+M22vgaaCyRagkkaGMGSTaWghQ9JYhgytmNiPJgPgtUzXyw83ZpcBG1G/XEEo"
    "2vXFWlStRDyRfvYD6VKkjfFasAnlXpG6bDzYomUxWk6jYCpkCWBafdWCFvU8ObW5p6UuvD"
    "HYZ1IlfBlN1gN1WWbdaLgzCO1AIyubeBn0sS8hC3zqQROoWjzkzJL6gudb4S8Wfi5lZGL8"
    "QqJPbaUmGvzOnLBZ55XK89IilueMzZa0Anr1jvUzm2EQke5n0qFG9qpXpEwEA+aIOwar7w"
    "jXkj7r0VbwSnxUsDotTsc1nkPmBm60fFikGmtqeFvSB9XSUD71MkGQYNFzYamdaeOW+YuZ"
    "v6VuOGHhWLitzWlFDh0BrhUeWegMMEew3qeuC4qiLHr52WnNu2tTZ2kUjhG5ncrPfRN+3U"
    "RsNhpyUiI7UHyLJlwGNKEIpzCLO+5Y563xYAs4xYAjGfWAiSUDuTQZ+e2/LZeGR2XYlyGb"
    "Zru9uvwH+j6M9Tp6IIkHXWDIgzUpA1nu2mi5bEWoFilN4bnFT49OiFr4dFo41qmUMxG4pY"
    "d83mIMhFc4+EnunHYiGYoJC3ZtW7ZPnZDfGaPkxPa4YPZ9UPr4kLcTqQcRfiAUj4y6GVaI"
    "e5kAKd7vp8yQlRvdqM8yZ8ycW+tt5zb/tu+CMQmEJktM/ka0bKj/YOu1Fxu0FxHw/1HsW2"
    "BMFj1/ZOJZmY9wD5MyYC5ogU7YjwJeoh/bQq0+4IwprKY/KpTVfAxB+E5hz9Pjk9p0iq1P"
    "uID/Nz5gX0DyvQ3zunUoDaAn+RRZUMnkWDwmIBEzv1xbrpHE5gd/GZqc1lnMWjevxK8aIr"
    "OI1tpZMBWg9ntiJKKwf6+BNAfiG61fXS5rAGWjr10kRQv31N4h7sa2K/VGxXtq79TV9cnp"
    "WRfK1kYGBWI46GflI4tRafta7JsyBCyiMkW9BYkx6sERlYe9pPGR4V5HaaObnt+zNPvHbP"
    "Hg1r2VpZjStRk5lFUqj72E5SRn1ziTKFgp+IXrUJhvqGRf+0AKbCnjwSPDgBainVmm5saU"
    "2td2rywHIdwPWXBHvb7xZi4vayo8b3lvxn1S4F3mfwt+lI21+LJSuiHQZwGzQeGGG6MGrU"
    "WSnf1+7rmZwW0Pl5f5HNI3NW/LN71JXnnphpRaxfE2nNsy/+jOhZXohjqqtyR+Lm8DtowC"
    "rw1q1xhB1ky8aZpsTNVGgnlMm8mz2c9knpjUZZNcGpJ3/faGfPj0/v2yNnB+e+vv7BQtfh"
    "NQLVyY9MXsqmhInUZyDEweMDyHLGy1nz0ykG2BnVHAm2vQUxrArzAR3yxcbqhSuSyuWQy0"
    "IVBSpXjZFGc31sDkpL1aQapcgHJbOGBD2I9x0dUQ69EjE8nmQcXtNY7W6bNZxtp0A8mito"
    "Oktor5l9ojElaT+6P8VVfjwSOTUeqNRMDD8aQsSGPaDSFufJOe02jgcaf/++y2+tiMc+as"
    "fvmEufWlumK8qe5T1QHCEDCjExRArmV3uRhL3PTYOHXVO988/AzQI6KgOOXkLNdZzKwzsP"
    "RcA94TywbPnTH1R8zNSVuBTV/Fbtxlk6kIme/M80CZe/jIWFBFQIt2MqfQ4LIW9MvnIw7h"
    "4GEB7Ebx/YEci4godMRkw+q5VGgxZSqBzUpxyDlet1xkPD7Ya7SC3KDmrBcq/KI5iWVTZ8"
    "z6rogGdjw7+6AZu6fXN3JZK37Ivf7E2Ls459vo5/Fhad5bm9NDeQyEDEdBHKTrtuTTp0+X"
    "b0y+GYHypgWoH0Xc3av3g6ox6u345FPW1BWdkwnevUFmHjNCp1MP/ZNc+CQc05CMhedKws"
    "OXBN+F16DTFIx54e9KAqxFUPk74P5hvenSmAgYf8KV60bTwEOiZJYMAzHpEVggwnygagZ6"
    "V0KXL3xGxJDQlLrDe5lIxR7eV7X0/xwTPKFz4oqEOup5yVQkwW3E54etNLSbX0xeef3p6u"
    "rth5v+cteHYLQ27l/98W1pqM1wB29LQ30TpaFMYLjwiZhSWCIyYDQABFDD9IgElZW5hEoF"
    "rdfvLg5OTs8QyWYJXiAEQ3+JmKcwo5OCU6s5fZrbANVFnfKHAkwNTpwhDyScBmMagK4PUN"
    "AjgzmsFHfGaqmUrkNuQcHCM+swp1N2gv8VaI/lcOYW3GuaFN4X2BIPeQLUGuLrPBO2JaTy"
    "V0otBCGe8EcHHr8DvIDuBBYU9Z1AAOpMlkSSlRSoMun+mFAgiccnHDhc63BI/mwsJpaY3r"
    "egFao2RVzYcUkrc47vxAxWGiwnIgVmeYNVGiNAOmkyw50JOPyS3HcY+ZwM9/kc9Fswbphe"
    "E0QP2FQ8a0DnDQUw9pgFer+6LKK1mhOgplCVuWzqRt+cwKQBqUCkTQCrvPJoAzELGCIxLj"
    "JmYp6TkRAuHg0eg52AbeBaLnAScJDEZQPuZyQ8qMpeFy7pFp+3da8a1L3K4TX3bzUMJGyJ"
    "6go7wCF7mkHx5t15HXQD8/qJPrPCwlqrAYSHKl7VQPqWFoZthar7V6iyhUW5RUACqC/wvC"
    "Mfp8y/fIMn4R13U60eHmmFofPqVityx3VaQapbTN/WkGpYQ6rA6APr0EdeJdRRupsCcoBr"
    "5isIlwwv15OhikgpJVDIMIvzNEF5zcxdVKhaDQN3UwXKNpxRX4Z1mivxRt14LPT/FNS4PT"
    "oJeuTq76/Ji+PnZ/u1dvPqS0hZvgjtIwIt8vKnhSJZ+YluNcVGicR6TFNH9vUiY/WckpXH"
    "a6oYuto/vJdyulbfwbYkVcMjdhDAEQpHKWiT2meGxupAuHMVxQFm4P5L5ShwhLjlDHGrFL"
    "G6LHW1GuSqLieVl2o5pjhV3b9HmO8E8yka5ZGP+oeG9eBOmY9iZke8aipSWd9CESPYG5V8"
    "HFmLZFyPh4QUOCEOasEmKEshnMGKWjDTrrpVS5SpLWFVKMUFmIMcpR236QTRHgr4aBwu4n"
    "chsiVsLJkztHSWBYPvtRZWkbq8K01FoxeL9QTYRyoeOxhQydDKZAeK5ZINkGQPz9ezk6cv"
    "NNLfs85Wawlu49x5j5kuxIGZ2K7C5tGGRpWuzM8CFwj/hLtaFfnh+OjsJUqrL9JVPNcOf4"
    "uq1ZTIevXx43vz9ZurT2+XKZPVVGyp9l8ot0WolIRE2VHiixowc1caxC6vo5Wh9TWq39px"
    "onO45Evl4UZv4IA6t0i7fgBi4M21S2UuIjKmd4jozLdA9RupzGUDgs57UEkRGbskdvOvrI"
    "JXa8EvzQy5h9m8sipZ5hpjgRUNBs/Pnp6R/0ZHR/T5s8MTG5VWWE3re3Ipb8tmnS9fNsuW"
    "fnxNu5ppquY7NAi4CiFBo7ZZM15nFYOT8OXQ0ydYB2W4WqNBUbmrRnliP4PZGrARBx0alX"
    "YemjFFBH84QyX62/UUCEiW8k1STyZKJ3QyxpDMGy6tYtTU1MrQfqlCsUobG9kafScFtyzY"
    "0mZbmotG9N2ClCPwxBARerBs/aqyxNarOrdM42JdtSNVVOuqfbd9IgeVt8hHtW6nBiW9zI"
    "+gOdeLlz02S/ugn8NWANeazbh2llLYrCBY5nOqIBgO/RZ/WLNpXC2sid75cJGY76wsmIXq"
    "fj4fN8OgOoMstuSen/5wHGskJ/vaicNdFTmEX5/TpLbPMdJ3UHps3enLTaV6tRlWSzPqto"
    "DXd1PAq+DooHH40kMjzc2oW1JouU1d7OjoAgGOc31QTRnROH2+06pgrcWzoeQ9bOWtWgkv"
    "L71l7hoGoDCdTvkN9JzImCpdeUbRc8DCGcN4yUwQdZ0d/e2HtoJTVb+rPsFy6UsSibaCbp"
    "iY5TJ+VJV8pp2o5sZV1fyqp/YRWabb8l7b8l4rLe9lW+8xAMWpYipeAodDGp1DAx7FHGU+"
    "zS/tEeZJNlOJj0oFfHF2kjjz71s67GF1u8LSXA2BMZMGOgJLRsUzF7fFlJ8g8j30YXOVWI"
    "frLIZDj/uM6Psdh52cQ/cL0WttYokwfbcgvdYo/rYs2LYsmAWq6ygLVqBZYdTdcMqSEYaK"
    "EqVeX4Id0gn35vrKqXK+ovtRXfzRVrnCcry2qm6tptm73VcgW5Wi31GVr1cPnDK/LBxtq3"
    "m1r+ZlypK6yp3yhZIU35KrePAkbyGRMB1zpmNG3SQ/Jolp7OlY/MnZfpIF3G3xsBXFM7cX"
    "S7aVuLqpxFVwXsG85UJ20Hrw2ZcwPoiMeyYoSeoZHnG6poJSixdZ9V0W+WotS7XFtMzJWw"
    "EOU22vqrRlDoMLcq6DYoh4PeWiizBtas7Cl0SHRF6SuC5VpieRIczMdgqVFu6yY07abX/8"
    "vIfZldoaSYe2jZDyKl95zMWroVPKg/oUxjjXcaU2RG09sCYXkSsrgrXGI8P0TlZLK2zI5Z"
    "JcvomFJxdIuU1DKPetK9ZeODrZjsp4tsWfcZUupdmqrKkxnaqkr3O0St3ICeWhRlCbX9dZ"
    "4KvEMWCydHFxL1siUXrwFZloHUPOsPyN1uX1GIVh4WbMdm1eDU5WU/PTKgqHLZeOUbQTTw"
    "trMigvBXompD544gIIyqlyxyWHzbLdKV0W9jIJ+qi3bAYHCJx0yS0yPOgwZoqYrhL+FAbC"
    "N1DwLdrKaoM1rPrj4KjAOOhjgj+MqqIUzL7fvtIY5DdQLqwIgDX2ppcRkJt0HqPezt4Cgt"
    "ItRhdfHMx+4Npj5oRezXVIiYYUc6/hoHU84dz24kv/xz88PwLuHIbqOOagnik+lYpJMWtV"
    "vYwk99SJExcCIAOGuDHK5+i0K3ZWKDIoIwDCqSqIBx4m7MhzfXM+mYveBuwQROg+SVDyCv"
    "smDg+VjKtDm9VZ/GbyajxNDMHh9mIlBX13n6Pcuur+nP4QxrgUm+CKDRgovXcsvSd9y6aK"
    "RwKGScCMfA5nYig891DxwqHmBTzBv379P3xTu4o="
)
