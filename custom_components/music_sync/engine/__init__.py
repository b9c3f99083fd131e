"""The product: keeps music in step across services, without knowing Home Assistant."""
