"""The sample shop: a catalogue, prices, stock, members and stores for demonstrations, seeding and tests."""
