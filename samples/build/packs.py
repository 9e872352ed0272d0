"""Tiles of packs and departments: one flat drawing per kind of pack, in the colour of its department."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from samples.build.canvas import Board, Colour, mixed

__all__ = ["DEPARTMENT_ART", "PACK_ART", "draw_department", "draw_pack", "ground"]

WHITE: Colour = (255, 255, 255)
INK: Colour = (52, 48, 44)
CREAM: Colour = (250, 244, 232)

Art = Callable[[Board, Colour], None]


def ground(colour: Colour) -> Colour:
    """The tinted ground behind a drawing."""
    return mixed(colour, WHITE, 82)


def draw_pack(pack: str, colour: Colour) -> Board:
    """A pack of kind ``pack`` on its tinted ground. Raises ``KeyError`` for a kind that has no drawing."""
    board = Board(ground(colour))
    board.oval((160, 224 if pack == "bar" else 282), (96, 12), mixed(colour, WHITE, 62))
    PACK_ART[pack](board, colour)
    return board


def draw_department(department: str, colour: Colour) -> Board:
    """A department's own tile: its drawing in a round field."""
    board = Board(ground(colour))
    board.oval((160, 160), (132, 132), mixed(colour, WHITE, 60))
    DEPARTMENT_ART[department](board, colour)
    return board


def _label(board: Board, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
    """A paper label with an emblem and two lines that stand for writing."""
    board.block((left, top), (right, bottom), CREAM, 10)
    middle, high = (left + right) / 2, top + (bottom - top) * 0.36
    board.oval((middle, high), ((bottom - top) * 0.2, (bottom - top) * 0.2), colour)
    board.smooth(
        [(middle - 7, high + 6), (middle - 3, high - 7), (middle + 8, high - 8), (middle + 4, high + 5)], CREAM
    )
    board.stroke([(left + 22, bottom - 26), (right - 22, bottom - 26)], mixed(colour, WHITE, 35), 7)
    board.stroke([(left + 34, bottom - 12), (right - 34, bottom - 12)], mixed(colour, WHITE, 55), 5)


def _bag(board: Board, colour: Colour) -> None:
    dark = mixed(colour, INK, 22)
    board.smooth([(88, 66), (160, 58), (232, 66), (226, 160), (234, 274), (160, 282), (86, 274), (94, 160)], colour)
    board.block((86, 50), (234, 76), dark, 6)
    board.stroke([(98, 63), (222, 63)], mixed(colour, WHITE, 30), 3)
    _label(board, 108, 116, 212, 226, colour)


def _box(board: Board, colour: Colour) -> None:
    board.shape([(78, 74), (206, 58), (206, 282), (78, 270)], colour)
    board.shape([(206, 58), (250, 76), (250, 264), (206, 282)], mixed(colour, INK, 28))
    board.shape([(78, 74), (206, 58), (250, 76), (124, 88)], mixed(colour, WHITE, 28))
    _label(board, 92, 116, 192, 224, colour)


def _jar(board: Board, colour: Colour) -> None:
    board.block((92, 82), (228, 282), mixed(colour, WHITE, 12), 30)
    board.block((104, 100), (120, 262), mixed(colour, WHITE, 48), 8)
    board.block((100, 48), (220, 88), mixed(colour, INK, 35), 10)
    board.stroke([(110, 68), (210, 68)], mixed(colour, INK, 18), 4)
    _label(board, 104, 132, 216, 240, colour)


def _bottle(board: Board, colour: Colour) -> None:
    board.block((136, 28), (184, 62), mixed(colour, INK, 38), 8)
    board.smooth([(140, 60), (180, 60), (184, 104), (216, 140), (216, 276), (104, 276), (104, 140), (136, 104)], colour)
    board.block((104, 150), (216, 284), colour, 18)
    board.block((116, 150), (128, 266), mixed(colour, WHITE, 40), 6)
    _label(board, 104, 162, 216, 254, colour)


def _can(board: Board, colour: Colour) -> None:
    metal = (196, 200, 204)
    board.oval((160, 268), (78, 16), mixed(metal, INK, 25))
    board.block((82, 78), (238, 268), colour)
    board.oval((160, 266), (78, 14), colour)
    board.oval((160, 78), (78, 18), metal)
    board.oval((160, 76), (66, 13), mixed(metal, WHITE, 45))
    board.oval((160, 78), (22, 5), mixed(metal, INK, 18))
    board.block((96, 104), (110, 256), mixed(colour, WHITE, 35), 6)
    _label(board, 112, 126, 222, 230, colour)


def _carton(board: Board, colour: Colour) -> None:
    board.shape([(94, 118), (192, 108), (192, 284), (94, 276)], mixed(colour, WHITE, 10))
    board.shape([(192, 108), (236, 120), (236, 268), (192, 284)], mixed(colour, INK, 26))
    board.shape([(94, 118), (112, 66), (204, 60), (192, 108)], mixed(colour, WHITE, 34))
    board.shape([(192, 108), (204, 60), (236, 120)], mixed(colour, INK, 12))
    board.block((110, 46), (206, 68), mixed(colour, INK, 12), 4)
    _label(board, 104, 146, 184, 248, colour)


def _tub(board: Board, colour: Colour) -> None:
    board.shape([(76, 118), (244, 118), (224, 276), (96, 276)], colour)
    board.block((68, 92), (252, 124), mixed(colour, WHITE, 40), 12)
    board.stroke([(82, 108), (238, 108)], mixed(colour, WHITE, 65), 4)
    board.block((96, 268), (224, 282), mixed(colour, INK, 20), 6)
    _label(board, 106, 144, 214, 250, colour)


def _tin(board: Board, colour: Colour) -> None:
    board.block((90, 74), (230, 282), colour, 12)
    board.block((82, 54), (238, 92), mixed(colour, INK, 30), 10)
    board.block((84, 268), (236, 284), mixed(colour, INK, 24), 6)
    board.block((100, 96), (114, 262), mixed(colour, WHITE, 38), 6)
    _label(board, 114, 122, 218, 236, colour)


def _bar(board: Board, colour: Colour) -> None:
    dark = mixed(colour, INK, 24)
    board.shape([(56, 116), (66, 124), (56, 132), (66, 140), (56, 148), (66, 156), (56, 164), (66, 172), (56, 180),
                 (66, 188), (56, 204), (264, 204), (254, 196), (264, 188), (254, 180), (264, 172), (254, 164),
                 (264, 156), (254, 148), (264, 140), (254, 132), (264, 116)], colour)  # fmt: skip
    board.block((66, 116), (82, 204), dark)
    board.block((238, 116), (254, 204), dark)
    _label(board, 100, 126, 220, 194, colour)


def _tray(board: Board, colour: Colour) -> None:
    board.shape([(48, 132), (272, 132), (250, 262), (70, 262)], mixed(colour, WHITE, 45))
    board.block((40, 116), (280, 142), mixed(colour, WHITE, 62), 12)
    board.smooth([(76, 150), (160, 140), (244, 150), (236, 226), (160, 240), (84, 226)], colour)
    board.bend((104, 176), (150, 158), (196, 182), mixed(colour, WHITE, 45), 8)
    board.bend((120, 206), (166, 188), (216, 208), mixed(colour, WHITE, 45), 6)
    _label(board, 170, 158, 252, 232, colour)


def _pouch(board: Board, colour: Colour) -> None:
    board.smooth([(98, 82), (222, 82), (232, 180), (246, 272), (160, 284), (74, 272), (88, 180)], colour)
    board.block((94, 66), (226, 96), mixed(colour, INK, 22), 6)
    board.block((146, 38), (174, 70), mixed(colour, WHITE, 55), 6)
    _label(board, 108, 128, 212, 236, colour)


def _eggs(board: Board, colour: Colour) -> None:
    shell, card = (238, 214, 186), mixed(colour, INK, 30)
    for x in (92, 138, 184, 230):
        board.oval((x, 150), (26, 34), mixed(shell, INK, 10))
    for x in (70, 116, 162, 208, 254):
        board.oval((x, 172), (26, 34), shell)
        board.oval((x - 8, 160), (6, 10), mixed(shell, WHITE, 60))
    board.shape([(34, 176), (290, 176), (268, 262), (56, 262)], card)
    for x in (70, 116, 162, 208, 254):
        board.oval((x, 178), (24, 14), mixed(card, INK, 18))
    board.stroke([(74, 226), (250, 226)], mixed(card, WHITE, 40), 8)


PACK_ART: Mapping[str, Art] = {
    "bag": _bag, "box": _box, "jar": _jar, "bottle": _bottle, "can": _can, "carton": _carton, "tub": _tub, "tin": _tin,
    "bar": _bar, "tray": _tray, "pouch": _pouch, "eggs": _eggs,
}  # fmt: skip


def _produce(board: Board, _: Colour) -> None:
    board.smooth([(150, 108), (196, 96), (236, 130), (226, 196), (186, 226), (150, 212)], (198, 64, 52))
    board.smooth([(196, 98), (150, 92), (112, 126), (116, 190), (160, 226), (200, 214)], (214, 78, 62))
    board.bend((166, 104), (166, 78), (184, 62), (110, 76, 48), 8)
    board.smooth([(172, 82), (198, 56), (228, 62), (204, 86)], (92, 158, 82))
    board.smooth([(76, 150), (96, 136), (118, 220), (112, 254), (98, 250)], (232, 132, 48))
    for end in ((64, 104), (82, 96), (102, 106)):
        board.bend((86, 142), (82, 120), end, (92, 158, 82), 7)
    board.oval((138, 156), (10, 16), (236, 140, 120), 20)


def _loaf(board: Board, colour: Colour) -> None:
    crust = mixed(colour, INK, 14)
    board.smooth([(70, 150), (88, 108), (160, 96), (232, 108), (250, 150), (236, 172), (236, 226), (84, 226),
                  (84, 172)], crust)  # fmt: skip
    board.smooth([(86, 152), (102, 122), (160, 112), (218, 122), (234, 152), (220, 168), (220, 212), (100, 212),
                  (100, 168)], mixed(CREAM, colour, 22))  # fmt: skip
    for x in (128, 160, 192):
        board.bend((x - 8, 140), (x, 152), (x + 6, 172), mixed(colour, WHITE, 25), 6)


def _biscuit(board: Board, colour: Colour) -> None:
    for x, y, r in ((130, 176, 66), (204, 132, 54)):
        board.oval((x, y + 5), (r, r), mixed(colour, INK, 30))
        board.oval((x, y), (r, r), colour)
        for dx, dy in ((-0.4, -0.3), (0.3, -0.45), (0.05, 0.1), (-0.35, 0.4), (0.45, 0.35)):
            board.oval((x + dx * r, y + dy * r), (7, 7), (104, 66, 42))


def _sweets(board: Board, colour: Colour) -> None:
    for x, y, shade in ((126, 132, colour), (196, 192, mixed(colour, (255, 196, 64), 60))):
        board.shape([(x - 44, y), (x - 78, y - 26), (x - 70, y), (x - 78, y + 26)], mixed(shade, WHITE, 25))
        board.shape([(x + 44, y), (x + 78, y - 26), (x + 70, y), (x + 78, y + 26)], mixed(shade, WHITE, 25))
        board.oval((x, y), (48, 38), shade)
        board.bend((x - 22, y - 14), (x, y + 6), (x - 10, y + 26), mixed(shade, WHITE, 60), 7)
        board.bend((x + 12, y - 24), (x + 28, y), (x + 18, y + 22), mixed(shade, WHITE, 60), 7)


def _nuts(board: Board, colour: Colour) -> None:
    for x, y, turn in ((120, 136, -30), (200, 138, 25), (160, 200, 5)):
        board.oval((x, y), (34, 52), mixed(colour, INK, 16), turn)
        board.oval((x - 4, y - 4), (28, 44), colour, turn)
        for dx in (-10, 2, 13):
            board.bend((x + dx, y - 30), (x + dx - 5, y), (x + dx, y + 30), mixed(colour, INK, 26), 3)


def _glass(board: Board, colour: Colour) -> None:
    board.shape([(104, 84), (216, 84), (200, 238), (120, 238)], mixed(colour, WHITE, 78))
    board.shape([(109, 126), (211, 126), (199, 232), (121, 232)], colour)
    board.bend((176, 128), (186, 74), (214, 48), mixed(colour, INK, 40), 9)
    for x, y in ((140, 158), (172, 182), (150, 206)):
        board.oval((x, y), (8, 8), mixed(colour, WHITE, 55))


def _milk(board: Board, colour: Colour) -> None:
    board.shape([(86, 130), (150, 130), (150, 240), (86, 240)], WHITE)
    board.shape([(86, 130), (102, 92), (136, 92), (150, 130)], mixed(colour, WHITE, 25))
    board.block((100, 76), (138, 96), colour, 4)
    board.block((86, 168), (150, 206), colour)
    board.oval((206, 196), (34, 44), (240, 218, 190))
    board.oval((196, 180), (8, 12), WHITE)


def _cup(board: Board, colour: Colour) -> None:
    board.oval((214, 168), (34, 34), colour)
    board.oval((214, 168), (18, 18), mixed(colour, WHITE, 60))
    board.smooth([(84, 132), (212, 132), (206, 196), (178, 224), (118, 224), (90, 196)], colour)
    board.oval((148, 134), (64, 13), mixed(colour, INK, 45))
    board.block((92, 230), (206, 242), mixed(colour, INK, 18), 6)
    for x in (124, 150, 176):
        board.bend((x, 112), (x - 12, 92), (x + 4, 72), WHITE, 7)


def _bowl(board: Board, colour: Colour) -> None:
    board.oval((160, 152), (92, 30), mixed(colour, INK, 20))
    board.oval((160, 150), (80, 22), CREAM)
    for x, y in ((120, 146), (142, 158), (168, 144), (192, 154), (156, 140)):
        board.oval((x, y), (11, 8), mixed(colour, WHITE, 20))
    board.smooth([(68, 154), (252, 154), (226, 216), (190, 240), (130, 240), (94, 216)], colour)
    board.bend((94, 182), (110, 214), (140, 226), mixed(colour, WHITE, 40), 7)


def _grain(board: Board, colour: Colour) -> None:
    board.bend((160, 250), (158, 170), (164, 76), mixed(colour, INK, 20), 7)
    for y in (96, 128, 160, 192):
        board.oval((138, y + 8), (12, 24), colour, -35)
        board.oval((186, y + 8), (12, 24), mixed(colour, INK, 10), 35)
    board.oval((164, 72), (11, 24), colour)


def _drop(board: Board, colour: Colour) -> None:
    board.smooth(
        [(160, 68), (188, 122), (216, 176), (200, 226), (160, 242), (120, 226), (104, 176), (132, 122)], colour
    )
    board.bend((128, 176), (124, 206), (150, 220), mixed(colour, WHITE, 60), 10)


def _chilli(board: Board, colour: Colour) -> None:
    for x, turn in ((118, 12), (176, -10)):
        board.smooth([(x, 104), (x + 30, 112), (x + 34 + turn, 172), (x + 12 + turn, 244), (x - 2, 184)], colour)
        board.oval((x + 14, 106), (19, 11), (96, 148, 76))
        board.bend((x + 14, 100), (x + 12, 84), (x + 26, 72), (96, 148, 76), 7)
        board.bend((x + 10, 134), (x + 8, 164), (x + 14, 186), mixed(colour, WHITE, 45), 5)


def _flake(board: Board, colour: Colour) -> None:
    for dx, dy in ((0, 84), (73, 42), (73, -42)):
        board.stroke([(160 - dx, 160 - dy), (160 + dx, 160 + dy)], colour, 13)
        for side in (-1, 1):
            x, y = 160 + side * dx * 0.62, 160 + side * dy * 0.62
            board.oval((x, y), (15, 15), mixed(colour, WHITE, 45))
    board.oval((160, 160), (24, 24), colour)


def _fish(board: Board, colour: Colour) -> None:
    board.shape([(216, 160), (268, 116), (256, 160), (268, 206)], mixed(colour, INK, 18))
    board.smooth([(62, 162), (104, 116), (166, 108), (232, 160), (166, 214), (104, 206)], colour)
    board.smooth([(140, 116), (168, 88), (188, 120)], mixed(colour, INK, 18))
    board.oval((100, 150), (10, 10), WHITE)
    board.oval((100, 150), (5, 5), INK)
    for x in (142, 168, 194):
        board.bend((x, 136), (x + 14, 160), (x, 186), mixed(colour, WHITE, 40), 5)


def _duck_bottle(board: Board, colour: Colour) -> None:
    board.block((118, 132), (202, 248), WHITE, 22)
    board.block((118, 168), (202, 212), mixed(colour, WHITE, 20))
    board.block((110, 108), (210, 140), colour, 12)
    board.smooth([(134, 110), (142, 76), (160, 62), (178, 76), (186, 110)], (238, 196, 150))
    for y in (182, 198):
        board.stroke([(130, y), (152, y)], WHITE, 4)


def _dumbbell(board: Board, colour: Colour) -> None:
    board.stroke([(98, 160), (222, 160)], mixed(colour, INK, 30), 16)
    for x in (92, 228):
        board.block((x - 16, 108), (x + 16, 212), colour, 10)
    for x in (64, 256):
        board.block((x - 12, 128), (x + 12, 192), mixed(colour, INK, 20), 8)


def _spray(board: Board, colour: Colour) -> None:
    board.block((112, 138), (206, 248), colour, 22)
    board.block((142, 104), (178, 144), mixed(colour, WHITE, 40))
    board.smooth([(112, 84), (196, 78), (206, 104), (150, 112), (112, 106)], mixed(colour, INK, 30))
    board.block((98, 86), (116, 102), mixed(colour, INK, 45), 3)
    for x, y in ((76, 80), (66, 98), (80, 114)):
        board.oval((x, y), (6, 6), WHITE)
    board.block((126, 168), (192, 222), CREAM, 8)


def _soap(board: Board, colour: Colour) -> None:
    board.block((82, 152), (238, 230), mixed(colour, INK, 14), 36)
    board.block((82, 142), (238, 218), colour, 36)
    board.block((108, 160), (212, 200), mixed(colour, WHITE, 30), 20)
    for x, y, r in ((122, 114, 20), (158, 96, 28), (196, 116, 16), (214, 86, 10)):
        board.oval((x, y), (r, r), WHITE)
        board.oval((x, y), (r - 5, r - 5), mixed(colour, WHITE, 78))


def _paw(board: Board, colour: Colour) -> None:
    board.smooth([(160, 158), (204, 190), (208, 226), (178, 236), (142, 236), (112, 226), (116, 190)], colour)
    for x, y, turn in ((96, 154, -20), (136, 112, -6), (184, 112, 6), (224, 154, 20)):
        board.oval((x, y), (20, 28), colour, turn)


def _shopping_bag(board: Board, colour: Colour) -> None:
    board.bend((126, 132), (160, 34), (194, 132), mixed(colour, INK, 40), 10)
    board.shape([(90, 124), (230, 124), (244, 250), (76, 250)], colour)
    board.smooth([(138, 206), (146, 172), (184, 166), (178, 200)], (92, 158, 82))
    board.bend((132, 222), (146, 200), (168, 184), (70, 128, 66), 5)


def _wine(board: Board, colour: Colour) -> None:
    glass = mixed(colour, WHITE, 84)
    board.stroke([(160, 170), (160, 238)], glass, 11)
    board.block((114, 234), (206, 248), glass, 7)
    board.smooth([(106, 72), (214, 72), (212, 124), (186, 166), (160, 176), (134, 166), (108, 124)], glass)
    board.smooth([(112, 108), (208, 108), (206, 128), (182, 160), (160, 168), (138, 160), (114, 128)], colour)


def _plain_box(board: Board, colour: Colour) -> None:
    board.block((104, 92), (216, 236), colour, 8)
    board.block((104, 92), (216, 132), mixed(colour, WHITE, 45), 8)
    board.block((136, 160), (184, 208), CREAM, 24)


DEPARTMENT_ART: Mapping[str, Art] = {
    "produce": _produce, "bakery": _loaf, "biscuits": _biscuit, "confectionery": _sweets, "snacks": _bag,
    "nuts": _nuts, "dairy": _milk, "frozen": _flake, "beverages": _glass, "tea_coffee": _cup, "breakfast": _bowl,
    "rice_grains": _grain, "pasta_noodles": _bowl, "oils": _drop, "spices": _chilli, "sauces": _bottle, "spreads": _jar,
    "canned": _can, "baking": _bag, "ready_meals": _bowl, "meat_fish": _fish, "baby": _duck_bottle,
    "health": _dumbbell, "household": _spray, "personal_care": _soap, "pets": _paw, "bags": _shopping_bag,
    "alcohol": _wine, "tobacco": _plain_box,
}  # fmt: skip
