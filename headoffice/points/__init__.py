"""The ledger of loyalty points: entries, holds, tiers, expiry, and what the feed tells of a member."""
