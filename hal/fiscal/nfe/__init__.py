"""NF-e's layout 4.00 as far as an NFC-e (model 65) needs it: key, document, signature, QR code, services. Pure."""
