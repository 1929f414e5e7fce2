"""Speed against peers: one command, one report. See README.md here."""
