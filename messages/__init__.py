"""The words that cross a border: between the kiosk and head office over MQTT, and between the kiosk's own processes."""
