"""SSH: one implementation over asyncssh for both flavours; what runs it is ``Runtime.on_loop``."""
