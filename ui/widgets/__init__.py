"""The widget kit: small parts that know the theme and nothing of the sale."""
