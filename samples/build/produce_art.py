"""Drawn fruit and vegetables, for those that no free photograph shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from samples.build.canvas import Board, Colour, mixed

__all__ = ["PRODUCE_ART", "draw_produce"]

WHITE: Colour = (255, 255, 255)
INK: Colour = (52, 48, 44)
GROUND: Colour = (232, 242, 228)
LEAF: Colour = (92, 158, 82)
STEM: Colour = (122, 96, 62)


def draw_produce(slug: str) -> Board:
    """The drawing of a produce item. Raises ``KeyError`` for one without."""
    board = Board(GROUND)
    board.oval((160, 278), (100, 12), mixed(LEAF, WHITE, 66))
    PRODUCE_ART[slug](board)
    return board


def _leaf(board: Board, x: float, y: float, length: float, turn: int, colour: Colour = LEAF) -> None:
    angle = math.radians(turn)
    across = (math.cos(angle), math.sin(angle))
    aside = (-across[1], across[0])
    tip = (x + across[0] * length, y + across[1] * length)
    points = [(x, y)]
    for along, width in ((0.3, 0.24), (0.65, 0.22)):
        points.append((x + across[0] * length * along + aside[0] * length * width,
                       y + across[1] * length * along + aside[1] * length * width))  # fmt: skip
    points.append(tip)
    for along, width in ((0.65, -0.22), (0.3, -0.24)):
        points.append((x + across[0] * length * along + aside[0] * length * width,
                       y + across[1] * length * along + aside[1] * length * width))  # fmt: skip
    board.smooth(points, colour)
    end = (x + across[0] * length * 0.85, y + across[1] * length * 0.85)
    board.stroke([(x, y), end], mixed(colour, WHITE, 35), max(2.5, length / 28))


def _grapes(board: Board, colour: Colour) -> None:
    board.bend((160, 104), (158, 76), (180, 54), STEM, 8)
    _leaf(board, 164, 88, 74, -150)
    for row, count in enumerate((5, 4, 5, 4, 3, 2, 1)):
        for k in range(count):
            x, y = 160 + (k - (count - 1) / 2) * 37, 112 + row * 26
            board.oval((x, y), (21, 21), mixed(colour, INK, 12))
            board.oval((x - 2, y - 2), (18, 18), colour)
            board.oval((x - 7, y - 8), (5, 5), mixed(colour, WHITE, 60))


def _grapes_green(board: Board) -> None:
    _grapes(board, (156, 190, 84))


def _grapes_red(board: Board) -> None:
    _grapes(board, (134, 52, 88))


def _cherry(board: Board) -> None:
    for x, y in ((112, 216), (204, 226)):
        board.bend((x, y - 40), (x + 10, 120), (170, 66), LEAF, 7)
        board.oval((x, y), (50, 48), (178, 38, 54))
        board.oval((x - 16, y - 16), (12, 10), (226, 112, 120), -30)
    _leaf(board, 170, 70, 90, 15)


def _lychee(board: Board) -> None:
    shell = (196, 70, 78)
    board.bend((160, 120), (160, 80), (178, 54), STEM, 8)
    _leaf(board, 166, 84, 80, -20)
    for x, y in ((110, 170), (206, 168), (158, 222)):
        board.oval((x, y), (52, 52), shell)
        for k in range(18):
            a, r = k * 2.4, 8 + k * 2.3
            board.oval((x + r * math.cos(a), y + r * math.sin(a)), (4.5, 4.5), mixed(shell, INK, 18))
        board.oval((x - 18, y - 20), (10, 8), mixed(shell, WHITE, 45), -30)


def _guava(board: Board) -> None:
    skin = (168, 198, 96)
    board.smooth([(140, 92), (196, 88), (236, 150), (226, 226), (170, 262), (112, 236), (100, 160)], skin)
    board.bend((168, 92), (168, 72), (184, 58), STEM, 9)
    _leaf(board, 172, 82, 84, -165)
    board.oval((206, 218), (48, 46), mixed(skin, INK, 10))
    board.oval((206, 218), (43, 41), (242, 226, 190))
    board.oval((206, 218), (32, 30), (234, 136, 128))
    for k in range(9):
        board.oval((206 + 17 * math.cos(k * 0.7), 218 + 16 * math.sin(k * 0.7)), (3, 3), (250, 226, 180))


def _coconut(board: Board) -> None:
    husk = (124, 88, 60)
    board.oval((140, 176), (92, 92), husk)
    for k in range(9):
        x = 68 + k * 18
        board.bend((x, 150), (x + 8, 176), (x, 214), mixed(husk, WHITE, 20), 3)
    for x, y in ((118, 120), (148, 112), (138, 140)):
        board.oval((x, y), (9, 9), mixed(husk, INK, 45))
    board.oval((216, 218), (66, 58), mixed(husk, INK, 15))
    board.oval((216, 214), (58, 50), WHITE)
    board.oval((216, 216), (42, 34), (226, 226, 218))


def _plantain(board: Board) -> None:
    for dy, shade in ((0, 0), (30, 8), (60, 16)):
        colour = mixed((120, 164, 74), INK, shade)
        board.smooth([(74, 98 + dy), (96, 92 + dy), (150, 150 + dy), (246, 152 + dy), (258, 168 + dy),
                      (180, 196 + dy), (106, 164 + dy)], colour)  # fmt: skip
        board.bend((100, 112 + dy), (150, 170 + dy), (236, 164 + dy), mixed(colour, WHITE, 30), 4)
    board.block((66, 84), (94, 112), STEM, 8)


def _cauliflower(board: Board) -> None:
    for turn in (-160, -125, -55, -20):
        _leaf(board, 160, 236, 122, turn)
    for x, y, r in ((160, 150, 56), (108, 168, 40), (212, 168, 40), (130, 122, 38), (190, 122, 38), (160, 190, 54)):
        board.oval((x, y), (r, r * 0.92), (244, 236, 214))
    for x, y in ((128, 128), (168, 112), (196, 140), (112, 168), (152, 160), (206, 176), (172, 190), (136, 200)):
        board.oval((x, y), (10, 8), (226, 214, 184))
    _leaf(board, 118, 262, 110, -115, mixed(LEAF, WHITE, 12))
    _leaf(board, 202, 262, 110, -65, mixed(LEAF, WHITE, 12))


def _broccoli(board: Board) -> None:
    board.smooth([(132, 190), (188, 190), (182, 266), (138, 266)], (164, 196, 116))
    board.bend((140, 206), (112, 196), (98, 170), (164, 196, 116), 18)
    board.bend((180, 206), (208, 196), (222, 170), (164, 196, 116), 18)
    green = (74, 134, 72)
    for x, y, r in ((96, 152, 42), (224, 152, 42), (130, 112, 46), (190, 112, 46), (160, 146, 54)):
        board.oval((x, y), (r, r * 0.9), green)
    for x, y in ((84, 142), (120, 96), (150, 118), (182, 98), (212, 140), (164, 152), (132, 148), (234, 160)):
        board.oval((x, y), (11, 9), mixed(green, WHITE, 20))


def _okra(board: Board) -> None:
    for x, turn in ((98, -16), (156, 4), (214, 18)):
        green = mixed(LEAF, INK, 4)
        lean = turn * 1.4
        board.smooth([(x - 20, 96), (x + 20, 96), (x + 17 + lean / 2, 170), (x + lean, 268), (x - 17 + lean / 2, 170)],
                     green)  # fmt: skip
        for dx in (-7, 6):
            board.bend((x + dx, 108), (x + dx + lean / 3, 170), (x + lean, 250), mixed(green, WHITE, 28), 3.5)
        board.oval((x, 94), (24, 12), mixed(green, INK, 18))
        board.bend((x, 86), (x, 70), (x + 8, 58), mixed(green, INK, 18), 10)


def _green_bean(board: Board) -> None:
    for k, (x, y) in enumerate(((70, 104), (64, 140), (72, 176), (66, 212), (78, 246))):
        green = mixed(LEAF, INK if k % 2 else WHITE, 8)
        board.bend((x, y), (160, y - 44 + k * 10), (252, y + 4), green, 17)
        for t in (0.25, 0.45, 0.65):
            board.oval((x + (252 - x) * t, y - 14 + k * 4), (7, 4), mixed(green, WHITE, 26))
        board.stroke([(252, y + 4), (264, y - 2)], STEM, 4)


def _corn(board: Board) -> None:
    board.smooth([(160, 52), (198, 104), (204, 190), (160, 246), (116, 190), (122, 104)], (240, 200, 76))
    for row in range(9):
        for column in range(-2, 3):
            if column in {-1, 0, 1} or row in range(2, 7):
                board.oval((160 + column * 18, 84 + row * 18), (8, 8), (228, 178, 56))
    board.smooth([(92, 128), (132, 178), (160, 268), (112, 262), (82, 196)], LEAF)
    board.smooth([(228, 128), (188, 178), (160, 268), (208, 262), (238, 196)], mixed(LEAF, INK, 12))


def _pumpkin(board: Board) -> None:
    skin = (222, 138, 58)
    for x, r in ((84, 46), (236, 46), (116, 52), (204, 52)):
        board.oval((x, 188), (r, 76), mixed(skin, INK, 10))
    board.oval((160, 188), (50, 82), skin)
    for x, middle in ((128, 142), (192, 178)):
        board.bend((x, 116), (middle, 188), (x, 262), mixed(skin, INK, 22), 5)
    board.bend((160, 112), (156, 86), (182, 70), (112, 128, 66), 17)
    board.bend((98, 150), (86, 180), (94, 214), mixed(skin, WHITE, 45), 6)


def _onion_red(board: Board) -> None:
    skin = (142, 60, 98)
    board.smooth([(160, 66), (172, 104), (226, 134), (240, 196), (204, 250), (160, 262), (116, 250), (80, 196),
                  (94, 134), (148, 104)], skin)  # fmt: skip
    for dx in (-54, -22, 22, 54):
        board.bend((160 + dx * 0.2, 104), (160 + dx * 1.5, 180), (160 + dx * 0.5, 254), mixed(skin, WHITE, 28), 4)
    for dx in (-14, 0, 14):
        board.bend((160 + dx / 2, 260), (160 + dx, 270), (160 + dx * 1.6, 280), (196, 170, 130), 3)
    board.bend((104, 160), (92, 190), (104, 220), mixed(skin, WHITE, 55), 8)


def _spinach(board: Board) -> None:
    for turn, length in ((-150, 120), (-120, 160), (-60, 160), (-30, 120), (-90, 184)):
        _leaf(board, 160, 244, length, turn, mixed(LEAF, INK, 16 if turn % 4 else 2))
    board.stroke([(152, 240), (150, 274)], (150, 184, 110), 9)
    board.stroke([(168, 240), (170, 274)], (150, 184, 110), 9)
    board.block((136, 236), (184, 252), (196, 90, 70), 6)


def _coriander(board: Board) -> None:
    for x, y in (
        (84, 124),
        (120, 80),
        (162, 62),
        (204, 82),
        (238, 126),
        (140, 124),
        (186, 126),
        (104, 168),
        (218, 168),
    ):
        board.bend((160, 264), (160, 200), (x, y), mixed(LEAF, WHITE, 20), 4)
        for dx, dy in ((-13, 4), (13, 4), (0, -12)):
            board.oval((x + dx, y + dy), (14, 13), mixed(LEAF, INK, 10))
        board.oval((x, y + 2), (10, 10), mixed(LEAF, WHITE, 12))
    board.block((136, 226), (184, 244), (196, 90, 70), 6)


def _mint(board: Board) -> None:
    green = (70, 146, 96)
    for x in (112, 160, 208):
        board.bend((160, 272), (x, 210), (x, 80), mixed(green, INK, 18), 6)
        for y in (104, 146, 188):
            _leaf(board, x, y, 52, -150, green)
            _leaf(board, x, y, 52, -30, mixed(green, INK, 10))
        _leaf(board, x, 92, 46, -90, mixed(green, WHITE, 14))


def _lettuce(board: Board) -> None:
    green = (150, 196, 106)
    for x, y, r in ((160, 186, 92), (100, 180, 56), (220, 180, 56), (122, 130, 54), (198, 130, 54)):
        board.oval((x, y), (r, r * 0.9), mixed(green, INK, 10))
    board.oval((160, 186), (82, 76), green)
    board.oval((160, 178), (60, 54), mixed(green, WHITE, 26))
    board.oval((160, 172), (36, 32), mixed(green, WHITE, 48))
    for start, over, end in (((160, 256), (130, 200), (104, 150)), ((160, 256), (190, 200), (216, 150)),
                             ((160, 256), (160, 200), (160, 132))):  # fmt: skip
        board.bend(start, over, end, mixed(green, WHITE, 60), 5)


def _radish(board: Board) -> None:
    root = (246, 242, 232)
    for turn in (-130, -105, -75, -50):
        _leaf(board, 160, 112, 84, turn)
    board.smooth([(118, 112), (202, 112), (206, 166), (184, 228), (162, 286), (138, 228), (114, 166)], root)
    board.smooth([(118, 112), (202, 112), (205, 134), (115, 134)], (206, 222, 170))
    for y in (160, 188, 214):
        board.stroke([(132, y), (156, y + 2)], (222, 214, 196), 3)


def _green_chilli(board: Board) -> None:
    for x, y, lean in ((92, 100, 40), (150, 86, 54), (206, 104, 30)):
        green = (88, 152, 66)
        board.smooth([(x - 15, y), (x + 15, y), (x + 14 + lean * 0.4, y + 80), (x + lean, y + 168),
                      (x - 12 + lean * 0.3, y + 82)], green)  # fmt: skip
        board.bend((x - 3, y + 18), (x + lean * 0.2, y + 70), (x + lean * 0.6, y + 118), mixed(green, WHITE, 42), 4)
        board.oval((x, y), (17, 9), mixed(green, INK, 24))
        board.bend((x, y - 5), (x - 4, y - 22), (x + 8, y - 36), mixed(green, INK, 24), 6)


def _cassava(board: Board) -> None:
    skin = (134, 96, 70)
    board.smooth([(52, 176), (84, 128), (176, 112), (240, 140), (250, 176), (196, 198), (110, 208)], skin)
    for x in (96, 132, 168):
        board.bend((x, 134), (x + 12, 164), (x - 2, 196), mixed(skin, INK, 28), 4)
    board.oval((232, 158), (24, 30), (238, 226, 206), -20)
    board.oval((232, 158), (17, 22), (252, 248, 238), -20)
    board.smooth([(86, 236), (140, 206), (232, 212), (264, 232), (226, 258), (128, 264)], mixed(skin, INK, 12))
    board.oval((250, 234), (18, 20), (238, 226, 206))


def _chayote(board: Board) -> None:
    green = (164, 200, 110)
    board.smooth([(140, 74), (184, 74), (214, 134), (236, 206), (202, 262), (160, 268), (118, 262), (84, 206),
                  (106, 134)], green)  # fmt: skip
    for dx in (-40, 0, 40):
        board.bend((160 + dx * 0.3, 86), (160 + dx * 1.3, 180), (160 + dx * 0.7, 258), mixed(green, INK, 18), 4)
    board.bend((162, 76), (160, 58), (174, 48), STEM, 9)
    board.bend((110, 170), (98, 200), (110, 232), mixed(green, WHITE, 50), 8)


def _bitter_gourd(board: Board) -> None:
    green = (98, 158, 76)
    for y, shade in ((130, 0), (212, 10)):
        colour = mixed(green, INK, shade)
        board.smooth([(48, y), (96, y - 34), (200, y - 36), (272, y - 6), (206, y + 34), (100, y + 34)], colour)
        for k in range(9):
            x = 76 + k * 20
            for dx, dy in ((0, -20), (10, -4), (0, 14)):
                board.oval((x + dx, y + dy), (8, 6), mixed(colour, WHITE, 24))
        board.bend((50, y), (38, y - 8), (34, y - 22), STEM, 6)


def _pointed_gourd(board: Board) -> None:
    green = (112, 166, 84)
    for y, x in ((104, 20), (168, -10), (232, 14)):
        board.smooth([(66 + x, y), (116 + x, y - 30), (188 + x, y - 30), (244 + x, y), (188 + x, y + 28),
                      (116 + x, y + 28)], green)  # fmt: skip
        for dy in (-14, 0, 14):
            board.bend((88 + x, y + dy * 0.7), (156 + x, y + dy * 1.6), (226 + x, y + dy * 0.5), (206, 224, 170), 3.5)
        board.stroke([(66 + x, y), (54 + x, y - 6)], STEM, 6)


def _bottle_gourd(board: Board) -> None:
    green = (160, 198, 116)
    board.smooth([(146, 62), (176, 62), (184, 118), (224, 172), (226, 240), (160, 276), (94, 240), (96, 172),
                  (138, 118)], green)  # fmt: skip
    board.bend((160, 64), (158, 48), (176, 38), STEM, 10)
    board.bend((120, 190), (112, 220), (126, 244), mixed(green, WHITE, 55), 9)
    for x, y in ((180, 190), (196, 220), (164, 228), (156, 164), (176, 150)):
        board.oval((x, y), (6, 5), mixed(green, WHITE, 35))


def _jackfruit(board: Board) -> None:
    green = (150, 158, 72)
    board.smooth([(160, 76), (222, 96), (252, 166), (232, 240), (160, 272), (88, 240), (68, 166), (98, 96)], green)
    for row in range(9):
        for column in range(9):
            x, y = 88 + column * 18 + (9 if row % 2 else 0), 96 + row * 20
            if ((x - 160) / 80) ** 2 + ((y - 174) / 86) ** 2 < 1:
                board.shape([(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], mixed(green, INK, 20))
    board.bend((160, 80), (158, 58), (178, 44), STEM, 13)
    _leaf(board, 168, 66, 76, -10)


PRODUCE_ART: Mapping[str, Callable[[Board], None]] = {
    "grapes-green": _grapes_green, "grapes-red": _grapes_red, "cherry": _cherry, "lychee": _lychee, "guava": _guava,
    "coconut": _coconut, "plantain": _plantain, "cauliflower": _cauliflower, "broccoli": _broccoli, "okra": _okra,
    "green-bean": _green_bean, "corn": _corn, "pumpkin": _pumpkin, "onion-red": _onion_red, "spinach": _spinach,
    "coriander": _coriander, "mint": _mint, "lettuce": _lettuce, "radish": _radish, "chilli": _green_chilli,
    "cassava": _cassava, "chayote": _chayote, "bitter-gourd": _bitter_gourd, "pointed-gourd": _pointed_gourd,
    "bottle-gourd": _bottle_gourd, "jackfruit": _jackfruit,
}  # fmt: skip
