"""Country packs: one TOML file per country, the layer of the settings above the defaults."""
