"""For those who come from Apache Libcloud. Nothing in here imports it."""
