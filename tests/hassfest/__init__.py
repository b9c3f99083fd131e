"""What hassfest and HACS check, and what the integration quality scale asks, held by tests of our own."""
