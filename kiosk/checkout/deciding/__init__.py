"""The rules behind ``decide``, one file per matter: entry, payment, receipt, staff, shopper, lane."""
