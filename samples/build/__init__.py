"""How the sample shop's files are made from their sources; a maintainer's tool, not needed to use them."""
