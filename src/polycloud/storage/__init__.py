"""Object storage: the portable clients, models and SPI."""
