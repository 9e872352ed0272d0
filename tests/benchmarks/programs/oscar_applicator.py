"""django-oscar's own applicator at work: a program for the environment of Oscar, which has nothing of the kiosk's.

Reads baskets from standard input (a JSON list, ``tests/benchmarks/peer_baskets.py``) and answers with a JSON list: what
each comes to in minor units, and the seconds of processor time of the quickest of some runs. Everything is Oscar's: its
models in SQLite in memory, its applicator, ranges, conditions and benefits. ``apply_s`` is ``Applicator.apply``,
which fetches the offers as a shop's page does; ``offers_s`` is ``apply_offers`` alone, with the offers at hand;
``memory_s`` is the same where, beyond what Oscar does, each range's answer for each product is remembered, so that no
database is asked.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

_RUNS = 2
_CENT = Decimal("0.01")
_APPS = (
    "analytics checkout address shipping catalogue catalogue.reviews communication partner basket payment offer order"
    " customer search voucher wishlists dashboard dashboard.reports dashboard.users dashboard.orders"
    " dashboard.catalogue dashboard.offers dashboard.partners dashboard.pages dashboard.ranges"
    " dashboard.reviews dashboard.vouchers dashboard.communications dashboard.shipping"
)


class _NoMigrations:
    """Tables are made from the models at once: their history takes a minute and leads to the same."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def _start() -> None:
    import django  # noqa: PLC0415 - nothing of Oscar may be imported before it is configured
    from django.conf import settings  # noqa: PLC0415 - the same
    from django.core.management import call_command  # noqa: PLC0415 - the same
    from oscar import defaults  # noqa: PLC0415 - the same

    own = {name: getattr(defaults, name) for name in dir(defaults) if name.isupper()}
    settings.configure(
        **own,
        SECRET_KEY="none",
        USE_TZ=True,
        SITE_ID=1,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        MIGRATION_MODULES=_NoMigrations(),
        INSTALLED_APPS=[
            *(f"django.contrib.{app}" for app in ("auth", "contenttypes", "sites", "flatpages", "sessions")),
            "oscar.config.Shop",
            *(f"oscar.apps.{app}.apps.{_config(app)}" for app in _APPS.split()),
            *("widget_tweaks", "haystack", "treebeard", "django_tables2"),
        ],
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)


def _config(app: str) -> str:
    """``catalogue.reviews`` is configured by ``CatalogueReviewsConfig``, ``dashboard.users`` by what ends so."""
    words = [word.capitalize() for word in app.split(".")]
    return "".join(words[::-1] if words[0] == "Dashboard" else words) + "Config"


class _Shop:
    """One basket in Oscar's tables, with the offers that hold while it is priced."""

    def __init__(self, given: dict[str, Any]) -> None:
        from oscar.core.loading import get_class, get_model  # noqa: PLC0415 - Oscar is configured by now

        self._model = get_model
        for app, name in (("offer", "ConditionalOffer"), ("offer", "Condition"), ("offer", "Benefit"),
                          ("offer", "Range"), ("basket", "Basket"), ("catalogue", "Product")):  # fmt: skip
            get_model(app, name).objects.all().delete()
        self._partner, _ = get_model("partner", "Partner").objects.get_or_create(name="shop")
        kind, _ = get_model("catalogue", "ProductClass").objects.get_or_create(name="ware", track_stock=False)
        self._kind = kind
        self._products: dict[str, Any] = {}
        self.basket = get_model("basket", "Basket").objects.create()
        self.basket.strategy = get_class("partner.strategy", "Selector")().strategy()
        for line in given["lines"]:
            self.basket.add_product(self._product(line["item"], line["price"]), line["qty"])
        for offer in given["offers"]:
            self._offer(offer)
        self.applicator = get_class("offer.applicator", "Applicator")()

    def _product(self, item: str, minor: int) -> Any:  # noqa: ANN401 - Django has no types
        product = self._model("catalogue", "Product").objects.create(title=item, upc=item, product_class=self._kind)
        self._model("partner", "StockRecord").objects.create(
            product=product, partner=self._partner, partner_sku=item, price=minor * _CENT
        )
        self._products[item] = product
        return product

    def _offer(self, offer: dict[str, Any]) -> None:
        meant = self._model("offer", "Range").objects.create(name=offer["id"])
        for item in offer["items"]:
            if item in self._products:
                meant.add_product(self._products[item])
        condition, number, benefit, most = {
            "percent": ("Count", 1, "Percentage", None),
            "percent_over": ("Value", offer.get("over", 0) * _CENT, "Percentage", None),
            "amount": ("Count", offer.get("n"), "Absolute", offer.get("n")),
            "multibuy": ("Count", offer.get("n"), "Multibuy", 1),
            "price": ("Count", offer.get("n"), "Fixed price", None),
            "set": ("Coverage", offer.get("n"), "Fixed price", None),
        }[offer["kind"]]
        value = None if benefit == "Multibuy" else offer["percent"] if "percent" in offer else offer["minor"] * _CENT
        self._model("offer", "ConditionalOffer").objects.create(
            name=offer["id"],
            priority=offer["priority"],
            condition=self._model("offer", "Condition").objects.create(range=meant, type=condition, value=number),
            benefit=self._model("offer", "Benefit").objects.create(
                range=meant, type=benefit, value=value, max_affected_items=most
            ),
        )

    def told(self) -> dict[str, float]:
        """What the basket comes to, and how long Oscar takes to say so."""
        apply_s = self._quickest(lambda: self.applicator.apply(self.basket))
        total = self.basket.total_incl_tax
        offers = self.applicator.get_offers(self.basket)
        offers_s = self._quickest(lambda: self.applicator.apply_offers(self.basket, offers))
        held: dict[tuple[int, int], bool] = {}
        kind = self._model("offer", "Range")
        asked = kind.contains_product

        def remembered(meant: Any, product: Any) -> bool:  # noqa: ANN401 - Django has no types
            key = meant.pk, product.pk
            if key not in held:
                held[key] = asked(meant, product)
            return held[key]

        kind.contains_product = remembered
        try:
            memory_s = self._quickest(lambda: self.applicator.apply_offers(self.basket, offers))
        finally:
            kind.contains_product = asked
        return {"minor": float(total / _CENT), "apply_s": apply_s, "offers_s": offers_s, "memory_s": memory_s}

    def _quickest(self, work: Callable[[], None]) -> float:
        """Seconds of the quickest of some runs, lines and prices being at hand before the clock starts."""
        least = float("inf")
        for _ in range(_RUNS):
            self.basket.reset_offer_applications()
            for line in self.basket.all_lines():
                line.purchase_info  # noqa: B018 - it is kept by the line
            began = time.process_time()
            work()
            least = min(least, time.process_time() - began)
        return least


def main() -> None:
    """Price what is read, write what it comes to."""
    baskets = json.load(sys.stdin)
    _start()
    json.dump([_Shop(basket).told() for basket in baskets], sys.stdout)


if __name__ == "__main__":
    main()
