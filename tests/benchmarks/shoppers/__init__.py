"""Shoppers by the thousand at a bagging scale: honest ones with their slips, and thieves; how they are judged."""
