"""HTTP/1.1 as text, and what both runtimes say of proxies, TLS, limits and failures."""
