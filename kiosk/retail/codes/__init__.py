"""Every GS1 code, from what a scanner gave to what it says. Pure: text in, values out; nothing is ever fetched.

``read_code`` tells what a code is; ``read_label`` what the shop's own labels say of price and weight; ``day_of`` makes
days of the dates in a code; ``coupons`` has the fields of North American coupons.

Element strings, Digital Link and UPC-E are read by biip (GS1 General Specifications, sections 3.2, 7.8 and 5.2.2.4). It
is loaded when the first of them is met: its table of company prefixes costs 16 MB and a tenth of a second, and nearly
every scan is a plain GTIN-8, -12, -13 or -14, which needs a check digit and a look at its prefix.
"""

from __future__ import annotations

from kiosk.retail.codes.dates import day_of
from kiosk.retail.codes.labels import NATIONAL, Label, LabelPattern, read_label
from kiosk.retail.codes.reading import LONGEST_CODE, read_code
from kiosk.retail.codes.values import Amount, Code, Coupon, Details, Gtin, InHouse, Plu, Refused

__all__ = [
    "LONGEST_CODE",
    "NATIONAL",
    "Amount",
    "Code",
    "Coupon",
    "Details",
    "Gtin",
    "InHouse",
    "Label",
    "LabelPattern",
    "Plu",
    "Refused",
    "day_of",
    "read_code",
    "read_label",
]
